// Copies the text of the element a [data-copy="id"] button names, and says so.
// The buttons come hidden: without this script they would do nothing.
const CONFIRMATION_MS = 2000;

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const announcer = document.getElementById("announcer");
  const label = button.textContent;
  await navigator.clipboard.writeText(source.textContent);
  button.textContent = "Copied";
  if (announcer) announcer.textContent = "Copied to the clipboard";
  setTimeout(() => { button.textContent = label; }, CONFIRMATION_MS);
}

function reveal(root) {
  if (!navigator.clipboard) return;
  root.querySelectorAll("[data-copy][hidden]").forEach((button) => { button.hidden = false; });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button && button.textContent !== "Copied") copy(button);
});
document.addEventListener("htmx:load", (event) => reveal(event.detail.elt.parentNode ?? document));
reveal(document);
