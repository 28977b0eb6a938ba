// Tells that the page cannot start, and why: no modules in this browser, or a script that did not come.
// Written so that a browser of any age can read it. What it shows goes when the page is there.

(function () {
  function giveUp() {
    document.documentElement.classList.add("is-broken");
  }
  // NiceGUI's own scripts; one of ours is missed, but the page starts without it.
  function isNeeded(script) {
    return script.tagName === "SCRIPT" && (!script.src || script.src.indexOf("/_nicegui/") > 0);
  }
  if (!("noModule" in document.createElement("script"))) giveUp();
  addEventListener(
    "error",
    function (event) {
      if (event.target === window || isNeeded(event.target)) giveUp();
    },
    true, // that a script did not come is not told any further than to itself
  );
})();
