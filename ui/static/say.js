// Messages for screen readers only: each phase of a run, and its end.

export function say(text) {
  const live = document.getElementById("live");
  if (live && live.textContent !== text) live.textContent = text;
}
