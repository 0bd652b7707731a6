"use strict";
(() => {
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  document.documentElement.classList.add("js");

  // What a filter is compared with: the texts of a row and of its group, and whole ARNs.
  const textOf = (element) =>
    [element.textContent, ...all("[title]", element).map((part) => part.title)]
      .join(" ").toLowerCase();
  const rows = all("tr.row").map((element) => {
    const group = element.parentNode.querySelector("tr.group");
    const text = textOf(element) + (group ? ` ${textOf(group)}` : "");
    return { element, text, step: element.dataset.step };
  });
  const boxes = all(".picture .node").map((element) => {
    const link = element.closest("a");
    const step = link ? link.getAttribute("href").slice(1) : null;
    return { element, link, step, text: element.textContent.toLowerCase() };
  });
  const field = byId("filter");
  const unfolded = new Set();

  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = (text) => words.every((word) => text.includes(word));
    const steps = new Set();
    let count = 0;
    for (const row of rows) {
      const shown = matches(row.text);
      row.element.hidden = !shown;
      if (shown) {
        count += 1;
        steps.add(row.step);
      }
    }
    for (const body of all("tbody")) {
      body.hidden = !all("tr.row", body).some((row) => !row.hidden);
    }
    for (const box of boxes) {
      box.element.classList.toggle("dimmed", !steps.has(box.step) && !matches(box.text));
    }
    for (const folded of all("details:has(table)")) {
      if (words.length && !folded.open && folded.querySelector("tr.row:not([hidden])")) {
        folded.open = true;
        unfolded.add(folded);
      } else if (!words.length && unfolded.delete(folded)) {
        folded.open = false;
      }
    }
    const total = rows.length.toLocaleString("en");
    byId("matches").textContent = words.length
      ? `${count.toLocaleString("en")} of ${total} rows match`
      : `${total} ${rows.length === 1 ? "row" : "rows"}`;
  };
  if (field) {
    field.addEventListener("input", filter);
    filter();
  }

  // A link to a step: unfold it, take back a filter that hides it, and show its box.
  const reveal = () => {
    const target = byId(decodeURIComponent(location.hash.slice(1)));
    for (const box of boxes) {
      const current = target !== null && box.step === target.id;
      if (box.link) box.link.classList.toggle("current", current);
    }
    if (target === null || !target.id.startsWith("step-")) return;
    for (let part = target; part; part = part.parentElement) {
      if (part.localName === "details") part.open = true;
    }
    if (target.hidden && field) {
      field.value = "";
      filter();
    }
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", reveal);
  // A second click on the same link changes no hash.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && link.getAttribute("href") === location.hash) reveal();
  });
  reveal();

  const copy = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // Without https there is no clipboard, but for this.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) throw new Error("The browser did not copy.");
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const whole = button.closest(".document");
    const text = button.dataset.copy ?? whole.querySelector("pre").textContent;
    let said = "Copied.";
    try {
      await copy(text);
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 1500);
    } catch {
      said = "The browser refused to copy.";
    }
    button.focus();
    button.title = said;
    byId("said").textContent = said;
    setTimeout(() => {
      button.title = "Copy";
      byId("said").textContent = "";
    }, 1500);
  });

  // A picture begins at the width of the page, unless its texts would be too small to be read.
  for (const drawn of all(".drawn")) {
    const figure = drawn.querySelector("figure");
    const picture = drawn.querySelector("svg");
    const { width, height } = picture.viewBox.baseVal;
    const fitting = () => Math.min(1, (figure.clientWidth - 26) / width);
    let scale = 1;
    const zoom = (wanted) => {
      const before = scale;
      scale = Math.min(3, Math.max(0.05, wanted));
      const x = (figure.scrollLeft + figure.clientWidth / 2) * (scale / before);
      const y = (figure.scrollTop + figure.clientHeight / 2) * (scale / before);
      picture.setAttribute("width", Math.round(width * scale));
      picture.setAttribute("height", Math.round(height * scale));
      figure.scrollTo(x - figure.clientWidth / 2, y - figure.clientHeight / 2);
    };
    const changes = {
      in: () => zoom(scale * 1.25),
      out: () => zoom(scale / 1.25),
      fit: () => zoom(fitting()),
    };
    for (const button of all("button[data-zoom]", drawn)) {
      button.addEventListener("click", changes[button.dataset.zoom]);
    }
    zoom(fitting() >= 0.6 ? fitting() : 1);
    figure.scrollTo(0, 0);
  }

  const folded = new Set();
  addEventListener("beforeprint", () => {
    for (const part of all("details:not([open])")) {
      part.open = true;
      folded.add(part);
    }
  });
  addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
    folded.clear();
  });
})();
