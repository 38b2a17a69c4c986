// Comforts over pages that work without them: GOV.UK's components, questions that wait for another answer,
// running totals, and the eligibility beside the form kept up to date while one types.
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

const form = document.querySelector("form[data-preview]");
if (form) {
  askInTurn(form);
  sumUp(form);
  followEligibility(form);
}
document.querySelectorAll("input[type=file]").forEach(weighBeforeSending);

// ── questions that wait for another answer of the page: "pollution-treatment_needed=oui other-question=a,b" ──
function askInTurn(form) {
  const waiting = [...form.querySelectorAll("[data-asked-if]")];
  const answersOf = (id) => {
    const control = document.getElementById(id);
    if (!control) return [];
    const chosen = [...form.elements].filter((each) => each.name === control.name);
    if (control.type !== "radio" && control.type !== "checkbox") return [control.value];
    return chosen.filter((each) => each.checked).map((each) => each.value);
  };
  const show = () => {
    for (const question of waiting) {
      const holds = question.dataset.askedIf.split(" ").every((condition) => {
        const [id, values] = condition.split("=");
        return answersOf(id).some((answer) => values.split(",").includes(answer));
      });
      // What was typed there stays, and stays sent: an answer is hidden, never erased.
      question.hidden = !holds && !question.contains(document.activeElement);
    }
  };
  form.addEventListener("change", show);
  show();
}

// ── totals under the columns that have one ──
function sumUp(form) {
  const euros = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR", trailingZeroDisplay: "stripIfInteger" });
  const amount = (text) => Number(text.replace(/[\s€]|HT/gi, "").replace("−", "-").replace(",", "."));
  form.addEventListener("input", (event) => {
    const column = event.target.dataset.summed;
    if (!column) return;
    const table = event.target.closest("table");
    const amounts = [...table.querySelectorAll(`[data-summed="${column}"]`)].map((cell) => amount(cell.value));
    const total = amounts.filter(Number.isFinite).reduce((sum, each) => sum + each, 0);
    table.querySelector(`[data-total="${column}"]`).textContent = euros.format(total);
  });
}

// ── the eligibility as it would be with what is typed; when it cannot be had, the last one stays ──
function followEligibility(form) {
  const status = document.querySelector("[data-eligibility-status]");
  let latest = 0;
  let pause;
  const refresh = async () => {
    const mine = ++latest;
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("eligibilite");
      const shown = document.getElementById("eligibilite");
      if (mine !== latest || !fresh || !shown) return;
      const word = fresh.dataset.word;
      if (word !== shown.dataset.word) {
        status.textContent = `Éligibilité : ${word}`;
        document.querySelector("[data-eligibility-word]").textContent = word;
      }
      shown.replaceWith(fresh);
      document.getElementById("calculs")?.replaceWith(page.getElementById("calculs"));
    } catch {
      // No network: the form itself still saves, or says that it could not.
    }
  };
  form.addEventListener("change", () => {
    clearTimeout(pause);
    pause = setTimeout(refresh, 300);
  });
}

// ── a file that is too heavy is said so before it travels ──
function weighBeforeSending(input) {
  const most = Number(input.dataset.most);
  const megabytes = (octets) => Math.ceil(octets / 1e6).toLocaleString("fr-FR");
  input.addEventListener("change", () => {
    const heavy = [...input.files].find((file) => file.size > most);
    input.setCustomValidity(heavy ? `« ${heavy.name} » pèse ${megabytes(heavy.size)} Mo ; la limite est de ${megabytes(most)} Mo par fichier.` : "");
    input.reportValidity();
  });
}
