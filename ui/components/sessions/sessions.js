// The browsers in which a person is signed in: this one is marked, the others can be signed out.

import { h } from "vue";
import { call } from "easel/api.js";
import { attempts } from "easel/attempts.js";
import { moment } from "easel/format.js";
import { toast } from "easel/toast.js";
import { t } from "easel/words.js";

// The server names a browser as "Firefox on Windows", or by a part of that.
function nameOf(found) {
  if (!found) return t("A browser");
  const [browser, system] = found.split(" on ");
  return system ? t("{browser} on {system}", { browser, system }) : found;
}

export default {
  mixins: [attempts],
  data: () => ({ sessions: null }), // null until they have come
  mounted() {
    this.attempt(() => this.read());
  },
  methods: {
    async read() {
      this.sessions = (await call("GET", "/me/sessions")).items;
    },
    end(session) {
      this.attempt(async () => {
        await call("POST", `/me/sessions/${session.id}/end`);
        await this.read();
        toast(t("Signed out there."));
        this.$refs.title.focus(); // the button is gone
      });
    },
    endOthers() {
      this.attempt(async () => {
        await call("POST", "/me/sessions/end-others");
        await this.read();
        toast(t("Signed out everywhere else."));
        this.$refs.title.focus();
      });
    },
    renderSession(session) {
      const name = nameOf(session.browser);
      const began = moment(session.created_at);
      const facts = t("Signed in on {began}, last used on {seen}", {
        began,
        seen: moment(session.last_seen_at),
      });
      const end = {
        class: "button",
        type: "button",
        disabled: this.isBusy,
        "aria-label": t("Sign out of {browser}, signed in on {began}", { browser: name, began }),
        onClick: () => this.end(session),
      };
      return h("li", { class: "list__item", key: session.id }, [
        h("div", { class: "list__what" }, [h("strong", {}, name), h("p", { class: "small" }, facts)]),
        session.is_current ? h("span", { class: "badge" }, t("This one")) : h("button", end, t("Sign out")),
      ]);
    },
  },
  render() {
    const sessions = this.sessions ?? [];
    const everywhere = { class: "button", type: "button", disabled: this.isBusy, onClick: this.endOthers };
    return h("section", { class: "card stack", "aria-labelledby": "sessions-title" }, [
      h("h2", { id: "sessions-title", ref: "title", tabindex: -1 }, t("Where you are signed in")),
      this.renderProblem(),
      h("ul", { class: "list" }, sessions.map(this.renderSession)),
      sessions.length > 1 ? h("div", {}, h("button", everywhere, t("Sign out everywhere else"))) : null,
    ]);
  },
};
