"use strict";
{
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = read("words");
  const neighbours = read("neighbours");
  const labels = read("trail").labels;
  const numbers = (list) => list.split(" ").filter(Boolean).map(Number);
  const sentences = [...document.querySelectorAll(".s")].map((element) => ({
    element,
    asserted: numbers(element.dataset.asserted),
    referred: numbers(element.dataset.referred),
    scores: numbers(element.dataset.scores),
    found: false,
  }));
  const numberOf = (element) => Number(element.id.slice(1));
  const form = document.getElementById("filters");
  const text = document.getElementById("text");
  const details = document.getElementById("details");
  const said = document.getElementById("said");
  const alike = document.getElementById("alike");
  let current = null;

  const make = (name, content, attributes = {}) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...[content].flat());
    return element;
  };

  const describe = (number) => {
    const { asserted, referred, scores } = sentences[number];
    const rows = labels.map((label, column) => {
      const decision = asserted.includes(column) ? "asserted" : referred.includes(column) ? "referred" : "–";
      const score = scores[column].toFixed(2);
      const meter = make("meter", score, { min: 0, max: 1, value: scores[column], "aria-label": `score of ${label}` });
      return make("tr", [make("th", label, { scope: "row" }), make("td", [meter, " ", score]), make("td", decision)]);
    });
    const parts = [make("table", make("tbody", rows))];
    for (const [label, found] of Object.entries(words[number] ?? {})) {
      if (!found.length) continue;
      parts.push(make("h3", `Without this word, ${label} would be`));
      parts.push(make("ul", found.map(([word, , , difference, without]) =>
        make("li", [make("b", word), `: ${without.toFixed(2)} (log-odds ${difference.toFixed(1)} lower)`]))));
    }
    said.replaceChildren(...parts);
    if (alike) compare(neighbours[number] ?? []);
  };

  const compare = (found) => {
    alike.hidden = !found.length;
    alike.querySelector("ul").replaceChildren(...found.map(({ text, labels: carried, similarity }) => {
      const tags = carried.map((label) => make("span", label, { class: `tag label${labels.indexOf(label)}` }));
      const shown = tags.length ? tags : [make("span", "no label", { class: "tag note" })];
      return make("li", [text, ...shown, ` similarity ${similarity.toFixed(2)}`]);
    }));
  };

  const select = (number) => {
    if (!isShown(sentences[number])) form.elements.only.value = "", filter();
    if (current !== null) {
      sentences[current].element.classList.remove("current");
      sentences[current].element.tabIndex = -1;
      sentences[current].element.removeAttribute("aria-describedby");
    }
    current = number;
    const { element } = sentences[number];
    element.classList.add("current");
    element.tabIndex = 0;
    element.setAttribute("aria-describedby", "said");
    details.classList.remove("closed");
    describe(number);
  };

  const go = (number) => {
    select(number);
    sentences[number].element.focus();
  };

  const step = (by, suits) => {
    for (let number = (current ?? (by > 0 ? -1 : sentences.length)) + by; number in sentences; number += by)
      if (suits(sentences[number])) return go(number);
  };
  const isFound = (sentence) => sentence.found;
  const isShown = (sentence) => sentence.element.offsetParent !== null;

  const filter = () => {
    const { elements } = form;
    const chosen = new Set([...form.querySelectorAll("[name=label]:checked")].map((box) => Number(box.value)));
    const least = Number(elements.least.value);
    let n_found = 0;
    for (const sentence of sentences) {
      const counted = [
        ...(elements.asserted.checked ? sentence.asserted : []),
        ...(elements.referred.checked ? sentence.referred : []),
      ];
      sentence.found = counted.some((column) => chosen.has(column) && sentence.scores[column] >= least);
      sentence.element.classList.toggle("off", !sentence.found);
      n_found += sentence.found;
    }
    text.classList.toggle("only", elements.only.value === "1");
    for (const block of text.querySelectorAll("[dir]"))
      block.classList.toggle("empty", block.localName === "p" && !block.querySelector(".s:not(.off)"));
    document.getElementById("least-shown").textContent = least.toFixed(2);
    document.getElementById("found").textContent = `${n_found} of ${sentences.length} sentences found`;
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  document.getElementById("next").addEventListener("click", () => step(1, isFound));
  document.getElementById("previous").addEventListener("click", () => step(-1, isFound));

  document.getElementById("close").addEventListener("click", () => {
    details.classList.add("closed");
    sentences[current]?.element.focus();
  });

  // Within the app's page, a browser does not follow links in a report.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    text.focus();
  });
  text.addEventListener("mouseover", (event) => {
    const element = event.target.closest(".s");
    if (element) describe(numberOf(element));
    else if (current !== null) describe(current);
  });
  text.addEventListener("click", (event) => {
    const element = event.target.closest(".s");
    if (element && getSelection().isCollapsed) go(numberOf(element));
  });
  text.addEventListener("focusin", (event) => {
    const element = event.target.closest(".s");
    if (element && numberOf(element) !== current) select(numberOf(element));
  });
  text.addEventListener("keydown", (event) => {
    if (!event.target.matches(".s") || event.altKey || event.ctrlKey || event.metaKey) return;
    const steps = { ArrowRight: [1, isShown], ArrowLeft: [-1, isShown], ArrowDown: [1, isFound], ArrowUp: [-1, isFound] };
    if (event.key === "Escape") details.classList.add("closed");
    if (!(event.key in steps)) return;
    event.preventDefault();
    step(...steps[event.key]);
  });

  // One stop of the tabulator for each strip; the arrow keys go from bar to bar.
  for (const strip of document.querySelectorAll(".strip")) {
    const bars = [...strip.querySelectorAll("a")];
    bars.forEach((bar, place) => {
      bar.setAttribute("tabindex", place ? -1 : 0);
      bar.addEventListener("keydown", (event) => {
        const next = bars[place + ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? NaN)];
        if (!next) return;
        event.preventDefault();
        bar.setAttribute("tabindex", -1);
        next.setAttribute("tabindex", 0);
        next.focus();
      });
      bar.addEventListener("click", (event) => {
        event.preventDefault();
        go(Number(bar.getAttribute("href").slice(2)));
      });
    });
  }

  form.hidden = details.hidden = false;
  details.classList.add("closed"); // which only a narrow window heeds
  filter();
  for (const { element } of sentences) element.tabIndex = -1;
  const first = sentences.findIndex(isFound);
  if (sentences.length) sentences[Math.max(first, 0)].element.tabIndex = 0;
  if (/^#s\d+$/.test(location.hash) && Number(location.hash.slice(2)) in sentences) go(Number(location.hash.slice(2)));
}
