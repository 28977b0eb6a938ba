// Which way the page's language is read: arrows follow it.

export const isRightToLeft = () => document.documentElement.dir === "rtl";

const MIRRORED = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };

// The arrow that leads the same way, onward or back, where one reads from left to right.
export const asRead = (key) => (isRightToLeft() && MIRRORED[key]) || key;
