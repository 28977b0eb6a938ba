// What only screen readers are told: each phase of a run, and its end.

export function say(text) {
  const live = document.getElementById("live");
  if (live && live.textContent !== text) live.textContent = text;
}
