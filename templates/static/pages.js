// What the pages do beyond forms, all of it optional: every page works with this file absent.

// The scan page: what stands after "#" never reaches a server by itself. It is read here, removed from the address,
// and posted in the body of a form. The address is replaced first, so that going back does not post again.
const scan = document.querySelector("form[data-scan]");
const state = document.querySelector("[data-scan-state]");
if (scan && state) {
  const digits = location.hash.slice(1);
  if (/^[0-9]{1,2400}$/.test(digits)) {
    scan.elements.text.value = `${location.origin}/q#${digits}`;
    history.replaceState(null, "", "/q");
    state.textContent = "已读到二维码内容，正在核验……";
    scan.submit();
  } else {
    state.textContent = "网址里没有二维码内容。请重新扫码，或粘贴二维码内容。";
  }
}

// A form that writes is sent once; the server would do it once anyway. Coming back by the history gives the button back.
for (const form of document.querySelectorAll("form[data-once]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => { sent = false; });
}

// Large text without leaving the page, because a result that was posted cannot be shown again.
const display = document.querySelector("form[data-display]");
display?.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = display.elements.size;
  const large = button.value === "large";
  const form = new URLSearchParams({ size: button.value, back: "/" });
  fetch(display.action, { method: "POST", body: form, redirect: "manual" }).catch(() => {}); // unheard, the choice holds for this page
  document.documentElement.classList.toggle("large", large);
  button.value = large ? "" : "large";
  button.textContent = large ? "标准字号" : "长辈版";
});

// After a refusal, reading begins at what is wrong.
document.querySelector("[data-focus]")?.focus();
