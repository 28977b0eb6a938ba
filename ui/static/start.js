// Until the page's own scripts run: words in the middle of the outline wait for their font, as they would move when it
// comes; and a message is shown when the page cannot start: the browser has no modules, or a script did not load.
// The syntax is old, for old browsers. The page replaces the message when it starts after all.

(function () {
  function showWords() {
    document.documentElement.classList.add("has-fonts");
  }
  function giveUp() {
    document.documentElement.classList.add("is-broken");
  }
  // NiceGUI's scripts are needed; without one of Easel's the page starts, with a part missing.
  function isNeeded(script) {
    return script.tagName === "SCRIPT" && (!script.src || script.src.indexOf("/_nicegui/") > 0);
  }
  function load(weight) {
    return document.fonts.load(weight + " 1em 'Open Sans'");
  }
  if (document.fonts) Promise.all([load(400), load(600)]).then(showWords, showWords);
  else showWords();
  if (!("noModule" in document.createElement("script"))) giveUp();
  addEventListener(
    "error",
    function (event) {
      if (event.target === window || isNeeded(event.target)) giveUp();
    },
    true, // capture, because the error event of a script does not bubble
  );
})();
