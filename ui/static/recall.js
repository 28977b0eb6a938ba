// The prompts that somebody has used, newest first and each once: kept in this browser, so that deleting a picture
// does not take its prompt away, and forgotten when they sign out.

import { read, write } from "easel/kept.js";

const MOST = 200;

const usedName = (person) => `easel-prompts:${person}`;
const removedName = (person) => `easel-prompts-removed:${person}`;

function list(name) {
  try {
    const kept = JSON.parse(read("localStorage", name));
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

function keep(name, prompts) {
  write("localStorage", name, JSON.stringify([...new Set(prompts)].slice(0, MOST)));
}

const without = (prompts, prompt) => prompts.filter((each) => each !== prompt);

export const recent = (person) => list(usedName(person));
export const isRemoved = (person, prompt) => list(removedName(person)).includes(prompt);

// A prompt that is used now becomes the newest.
export function remember(person, prompt) {
  keep(usedName(person), [prompt, ...recent(person)]);
  keep(removedName(person), without(list(removedName(person)), prompt));
}

// What was made here or elsewhere, the newest first. What has been used since stays before it, as the run of it has
// not ended yet or has been deleted.
export function learn(person, prompts) {
  const removed = new Set(list(removedName(person)));
  const made = prompts.filter((each) => !removed.has(each));
  const known = recent(person);
  const first = known.findIndex((each) => made.includes(each));
  const since = first < 0 ? [] : known.slice(0, first);
  keep(usedName(person), [...since, ...made, ...known]);
}

// Takes a prompt off the list, also while a picture of it is left.
export function remove(person, prompt) {
  keep(usedName(person), without(recent(person), prompt));
  keep(removedName(person), [prompt, ...list(removedName(person))]);
}

// Those that contain every word, in any case and with or without accents.
export function matching(prompts, words) {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  return prompts.filter((prompt) => wanted.every((word) => plain(prompt).includes(word)));
}

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// Steps through the prompts by ArrowUp and ArrowDown, as a terminal does: from an empty box, and on for as long as
// the box has what the last step put there.
export class Steps {
  constructor(person) {
    this.person = person;
    this.reset();
  }

  // What the box has to show after the key; null if the key is not meant for this.
  step(key, text) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[key];
    if (!by || text !== this.shown) return null;
    const prompts = recent(this.person);
    const index = Math.max(-1, Math.min(this.index + by, prompts.length - 1));
    if (index === this.index) return this.index < 0 ? null : text;
    this.index = index;
    this.shown = prompts[index] ?? "";
    return this.shown;
  }

  // After anything else was done in the box.
  reset() {
    this.index = -1;
    this.shown = "";
  }
}
