// For the pages of feeds: buttons that copy, and links that work where the pages were opened as files.
"use strict";

// Before anything is drawn: the style sheet folds addresses away that a button copies.
document.documentElement.classList.add("scripted");

document.addEventListener("DOMContentLoaded", () => {
  const { copied, selected } = document.body.dataset;
  const said = document.getElementById("said");

  async function copy(address) {
    try {
      await navigator.clipboard.writeText(address.textContent);
      return true;
    } catch {
      // Only https has a clipboard, and a browser may refuse it: the older way needs a selection.
      getSelection().selectAllChildren(address);
      return document.execCommand("copy");
    }
  }

  for (const button of document.querySelectorAll("button.copy")) {
    const label = button.firstElementChild;
    const word = label.textContent;
    let timer;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(button.previousElementSibling);
      said.textContent = `${button.getAttribute("aria-label")}: ${done ? copied : selected}`;
      if (!done) {
        return;
      }
      clearTimeout(timer);
      button.classList.add("done");
      label.textContent = copied;
      timer = setTimeout(() => {
        button.classList.remove("done");
        label.textContent = word;
      }, 2500);
    });
  }

  if (location.protocol === "file:") {
    for (const link of document.querySelectorAll("a.page")) {
      link.href += "index.html";
    }
  }
});
