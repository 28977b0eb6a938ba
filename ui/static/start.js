// Shows a message when the page cannot start: the browser has no modules, or a script did not load.
// The syntax is old, for old browsers. The page replaces the message when it starts after all.

(function () {
  function giveUp() {
    document.documentElement.classList.add("is-broken");
  }
  // NiceGUI's scripts are needed; without one of Easel's the page starts, with a part missing.
  function isNeeded(script) {
    return script.tagName === "SCRIPT" && (!script.src || script.src.indexOf("/_nicegui/") > 0);
  }
  if (!("noModule" in document.createElement("script"))) giveUp();
  addEventListener(
    "error",
    function (event) {
      if (event.target === window || isNeeded(event.target)) giveUp();
    },
    true, // capture, because the error event of a script does not bubble
  );
})();
