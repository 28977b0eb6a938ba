// The finished picture, as an element of the server's too.

export { default } from "easel/picture.js";
