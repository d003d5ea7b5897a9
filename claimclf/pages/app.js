"use strict";
{
  const find = (id) => document.getElementById(id);
  const settings = JSON.parse(find("settings").textContent);
  const [form, text, file, status, frame, which] = ["ask", "text", "file", "status", "report", "which"].map(find);
  let given = null; // the document that is shown: exports are of it, whatever the form holds by then
  let sentences = [];
  let labels = [];
  let busy = false;

  const say = (message, wrong = false) => {
    status.textContent = message;
    status.classList.toggle("wrong", wrong);
  };

  const during = async (message, work) => {
    if (busy) return say("Still at work on what was asked before.");
    busy = true;
    say(message);
    try {
      say(await work());
    } catch (error) {
      say(error instanceof TypeError ? "The server does not answer; is it still running?" : error.message, true);
    } finally {
      busy = false;
    }
  };

  const problem = async (response) => {
    const answer = await response.text();
    try {
      return JSON.parse(answer).detail;
    } catch {
      return answer || `The server answers ${response.status}`;
    }
  };

  const ask = async (document, format, words = false) => {
    const query = new URLSearchParams({ format, words, ...(document.name && { name: document.name }) });
    const headers = { "Content-Type": document.type };
    const response = await fetch(`/document?${query}`, { method: "POST", headers, body: document.body });
    if (!response.ok) throw new Error(await problem(response));
    return response.blob();
  };

  const chosen = () => {
    const [picked] = file.files;
    if (picked) return { name: picked.name, type: "application/octet-stream", body: picked };
    return { name: "", type: "application/json", body: new Blob([JSON.stringify({ text: text.value })]) };
  };

  const title = () => given.name || "Pasted text";

  const show = async (report) => {
    const html = await report.text();
    // The report inherits the policy of this page, which allows styles that carry its nonce.
    const allowed = html.replace("<style>", `<style nonce="${settings.nonce}">`);
    const page = new DOMParser().parseFromString(allowed, "text/html");
    ({ sentences, labels } = JSON.parse(page.getElementById("trail").textContent));
    URL.revokeObjectURL(frame.src);
    frame.src = URL.createObjectURL(new Blob([allowed], { type: "text/html" }));
    find("name").textContent = title();
    find("result").hidden = false;
    fill();
    const n_marked = sentences.filter(({ labels, referred }) => labels.length || referred.length).length;
    return `${title()}: ${sentences.length} sentences, ${n_marked} with a label.`;
  };

  const fill = () => {
    const suits = ({ labels: asserted, referred }) => {
      const said = [...asserted, ...referred];
      if (which.value === "all") return true;
      return which.value === "any" ? said.length > 0 : said.includes(labels[which.value.slice(5)]);
    };
    const found = sentences.filter(suits);
    const rows = found.map((sentence) => {
      const row = document.createElement("tr");
      const { text, page, labels: asserted, referred, scores } = sentence;
      for (const content of [text, page ?? "", asserted.join(", "), referred.join(", ")])
        row.insertCell().textContent = content;
      for (const label of labels) {
        const cell = row.insertCell();
        cell.className = "number";
        cell.textContent = scores[label].toFixed(2);
      }
      return row;
    });
    find("table").classList.toggle("unpaged", sentences.every(({ page }) => page === null));
    find("rows").replaceChildren(...rows);
    find("shown").textContent = `${found.length} of ${sentences.length}`;
  };

  const classify = () =>
    during("Reading and classifying …", async () => {
      const asked = chosen();
      if (!file.files.length && !text.value.trim()) throw new Error("Paste a text or choose a document first.");
      if (asked.body.size > settings.largest) throw new Error(`More than ${settings.largest / 2 ** 20} MB; split it.`);
      const report = await ask(asked, "html");
      given = asked;
      return show(report);
    });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    classify();
  });
  text.addEventListener("input", () => (file.value = ""));
  which.addEventListener("input", fill);
  find("words").addEventListener("click", () =>
    during("Scoring each sentence without each of its words …", async () => {
      await show(await ask(given, "html", true));
      return "The words that decisions hang on are bold in the text; go to a sentence to see what each brings.";
    }));

  for (const button of document.querySelectorAll(".download"))
    button.addEventListener("click", () =>
      during(`Making ${button.value} …`, async () => {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(await ask(given, button.value));
        link.download = `${(given.name || "text").replace(/\.\w+$/, "")}.${button.value}`;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
        return `${link.download} is made.`;
      }));

  const isOver = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!isOver(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!isOver(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files.length > 1) return say("One document at a time.", true);
    file.files = event.dataTransfer.files;
    classify();
  });
}
