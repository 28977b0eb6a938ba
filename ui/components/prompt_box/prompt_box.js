// The prompt box: a press of Generate sends the text that the box shows at that moment.

import { h } from "vue";
import { connection, follow } from "easel/connection.js";
import { renderExamples } from "easel/examples.js";
import { read, write } from "easel/kept.js";
import { renderGenerate } from "easel/generate_button.js";
import { reasonOf } from "easel/offer.js";
import { count, newKey, readPress } from "easel/press.js";
import { overProblem, renderFoot } from "easel/prompt_foot.js";
import { Steps, learn, remember } from "easel/recall.js";
import RecentPrompts from "easel/recent_prompts.js";
import { listen, studio } from "easel/studio.js";
import { t } from "easel/words.js";

const PLACEHOLDER = t("A lighthouse at dusk …");
const STARTING = t("Starting …");
const WAITING = t("No connection yet: your press is kept, and sent as soon as there is one.");
const SILENT = t("No connection. What you start now is sent as soon as there is one.");
const CONFIRMS = 229; // the key code of keys that an input method uses itself

export default {
  props: {
    heading: String,
    draftKey: String, // tells the people apart who share a browser
    limit: Number,
    filled: String, // the first text of the box where there is no draft
    emptyProblem: String,
    examples: Array,
    reason: String, // the reason why Generate is off; empty when it is on
    offer: Object, // what another picture costs, what is left, and what stands in the way
    answer: Object, // the key of the press that the server has finished, and the problem of its prompt
    made: String, // the prompt of the picture that is ready
    focusCount: Number, // the box takes the focus when this changes
  },
  emits: ["press"],
  data: () => ({ press: null, wasConnected: false, text: "", problem: "" }),
  computed: {
    // Not while the page is still connecting for the first time.
    hasFallenSilent() {
      return this.wasConnected && !connection.isUp;
    },
    over() {
      return count(this.text) - this.limit;
    },
    isOff() {
      return Boolean(this.reason || this.press || reasonOf(this.offer));
    },
    whyOff() {
      if (!this.press) return this.reason || reasonOf(this.offer) || (this.hasFallenSilent ? SILENT : "");
      return connection.isUp ? STARTING : WAITING;
    },
  },
  watch: {
    isOff: { immediate: true, handler: (isOff) => Object.assign(studio, { isOff }) },
    answer({ key, problem }) {
      if (this.press?.key === key) this.keep(null);
      this.explain(problem);
    },
    // By then the box may have the next prompt: that draft stays.
    made(prompt) {
      if (read("localStorage", this.draftName()) === prompt) {
        write("localStorage", this.draftName(), null);
      }
    },
    focusCount() {
      this.box().focus();
    },
  },
  mounted() {
    this.steps = new Steps(this.draftKey);
    this.show(read("localStorage", this.draftName()) || this.filled || "");
    this.press = readPress(read("sessionStorage", this.pressName()), Date.now());
    this.deafen = listen({ "use-prompt": this.replace, start: this.start });
    // NiceGUI creates its socket after all components are mounted.
    this.$nextTick().then(() => follow(window.socket));
    this.$watch(() => connection.isUp, this.onConnection, { immediate: true, flush: "sync" });
    this.$watch(() => studio.newest, this.learn, { immediate: true });
  },
  unmounted() {
    this.deafen();
  },
  methods: {
    box() {
      return this.$refs.box;
    },
    draftName() {
      return `easel-draft:${this.draftKey}`;
    },
    pressName() {
      return `easel-press:${this.draftKey}`;
    },
    onPress() {
      if (this.isOff) return;
      const text = this.box().value;
      this.text = text;
      this.explain(text.trim() ? overProblem(this.over) : this.emptyProblem);
      if (!this.problem) this.start(text);
    },
    // A picture of this prompt, which may be another than the box has by now.
    start(prompt) {
      if (this.isOff) return;
      remember(this.draftKey, prompt);
      this.keep({ order: this.order(prompt), key: newKey(), at: Date.now() });
      this.send();
    },
    learn(items) {
      if (items)
        learn(
          this.draftKey,
          items.map((item) => item.prompt),
        );
    },
    explain(problem) {
      this.problem = problem;
      if (problem) this.box().focus();
    },
    // A press is sent again after each reconnect until it is answered: its key prevents a second start.
    send() {
      if (this.press && connection.isUp) {
        this.$emit("press", { order: this.press.order, key: this.press.key });
      }
    },
    // All that a person chooses, by the names of an order's fields.
    order(text) {
      return { prompt: text };
    },
    keep(press) {
      this.press = press;
      write("sessionStorage", this.pressName(), press && JSON.stringify(press));
    },
    onConnection(isUp) {
      if (isUp) this.wasConnected = true;
      this.send();
    },
    onKeydown(event) {
      if (event.isComposing || event.keyCode === CONFIRMS) return;
      const isPress = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      const recalled = isPress ? null : this.steps.step(event.key, this.box().value);
      if (!isPress && recalled === null) return this.steps.reset();
      event.preventDefault();
      if (isPress) this.onPress();
      else this.put(recalled);
    },
    onInput() {
      this.text = this.box().value;
      this.problem = "";
      write("localStorage", this.draftName(), this.text);
      this.grow();
    },
    show(text) {
      this.box().value = text;
      this.text = text;
      this.grow();
    },
    replace(text) {
      this.steps.reset();
      this.put(text);
      this.box().scrollIntoView({ block: "center" });
    },
    // Inserts the text as typing would, so that undo brings back the old text.
    put(text) {
      this.box().focus();
      this.box().select();
      const isTyped = document.execCommand?.("insertText", false, text);
      if (!isTyped) {
        this.show(text);
        this.onInput();
      }
    },
    grow() {
      this.box().style.height = "auto";
      this.box().style.height = `${this.box().scrollHeight}px`;
    },
    renderBox() {
      // Without `value`: the browser alone manages typed, composed, dropped and filled-in text.
      return h("textarea", {
        ref: "box",
        id: "prompt",
        class: "prompt-box__text",
        placeholder: PLACEHOLDER,
        rows: 1,
        dir: this.text ? "auto" : null, // the placeholder is in the language of the page
        "aria-describedby": "prompt-problem prompt-limit",
        "aria-invalid": this.over > 0 ? "true" : null,
        onInput: this.onInput,
        onKeydown: this.onKeydown,
        onPointerdown: () => this.steps.reset(),
      });
    },
  },
  render() {
    return h("section", { class: "card composer", "aria-label": t("Prompt") }, [
      h("h1", { class: "composer__title" }, this.heading),
      h("label", { class: "visually-hidden", for: "prompt" }, t("Your prompt")),
      this.renderBox(),
      h("div", { class: "prompt-box__foot" }, [
        h(RecentPrompts, { person: this.draftKey, onChoose: this.replace }),
        renderFoot({ text: this.text, limit: this.limit, problem: this.problem }),
      ]),
      renderGenerate({ isOff: this.isOff, whyOff: this.whyOff, offer: this.offer, press: this.onPress }),
      renderExamples(this.examples, this.replace),
    ]);
  },
};
