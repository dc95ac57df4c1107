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

// A one-time code: what stands after "#" is put into the field and removed from the address; a person adds the place.
const redeem = document.querySelector("form[data-redeem]");
if (redeem) {
  const code = location.hash.slice(1);
  if (/^LZ[A-Z2-7]{26}[0-9A-Z]$/.test(code)) {
    redeem.elements.code.value = code;
    redeem.elements.place.focus();
    history.replaceState(null, "", location.pathname);
  }
}

// The seconds that a code has left; without this the page says until when it holds.
const until = document.querySelector("[data-until]");
if (until) {
  const left = until.querySelector("[data-left]");
  const end = performance.now() + Number(until.dataset.until) * 1000;
  const tell = () => {
    const seconds = Math.ceil((end - performance.now()) / 1000);
    left.textContent = seconds > 0 ? `，还有 ${seconds} 秒。` : "，已经过期，请换一个新码。";
    if (seconds > 0) setTimeout(tell, 1000);
  };
  tell();
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

// Placing a seal: the number fields say where it goes, and what is done with mouse, finger or keys only changes them.
const placing = document.querySelector("form[data-place]");
const sheets = document.querySelector("[data-pages]");
if (placing && sheets) {
  const { page, x, y, way } = placing.elements;
  const overlay = document.querySelector("[data-overlay]").content.firstElementChild;
  const [width, height] = [overlay.width.baseVal.value, overlay.height.baseVal.value];
  const pages = [...sheets.querySelectorAll("svg[data-page]")];
  const within = (value, most) => Math.round(Math.min(Math.max(value, 0), Math.max(most, 0)) * 10) / 10;

  const show = () => {
    for (const sheet of pages) {
      const before = sheet.querySelector(".overlay");
      if (way.value !== "riding" || before?.dataset.laid) before?.remove(); // a riding seal stays as the server drew it
      if (way.value !== "point" || !["0", sheet.dataset.page].includes(page.value)) continue;
      const laid = overlay.cloneNode(true);
      laid.dataset.laid = "point";
      laid.setAttribute("x", Number(x.value) || 0);
      laid.setAttribute("y", Number(y.value) || 0);
      sheet.append(laid);
    }
  };
  const put = (sheet, left, top) => {
    const { width: across, height: down } = sheet.viewBox.baseVal;
    way.value = "point";
    if (page.value !== "0") page.value = sheet.dataset.page;
    x.value = within(left, across - width);
    y.value = within(top, down - height);
    show();
  };
  const here = (sheet, event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(sheet.getScreenCTM().inverse());

  for (const sheet of pages) {
    let grip = null; // where inside the seal it is held
    sheet.addEventListener("pointerdown", (event) => {
      const { x: at, y: down } = here(sheet, event);
      const [left, top] = [Number(x.value), Number(y.value)];
      const held = sheet.querySelector(".overlay") && at >= left && at <= left + width && down >= top && down <= top + height;
      if (!held && event.pointerType !== "mouse") return; // a finger may be scrolling; a tap is a click
      grip = held ? [at - left, down - top] : [width / 2, height / 2];
      sheet.setPointerCapture(event.pointerId);
      put(sheet, at - grip[0], down - grip[1]);
      event.preventDefault();
      sheet.focus({ preventScroll: true });
    });
    sheet.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const { x: at, y: down } = here(sheet, event);
      put(sheet, at - grip[0], down - grip[1]);
    });
    for (const end of ["pointerup", "pointercancel"]) sheet.addEventListener(end, () => { grip = null; });
    sheet.addEventListener("click", (event) => {
      if (event.pointerType === "mouse") return;
      const { x: at, y: down } = here(sheet, event);
      put(sheet, at - width / 2, down - height / 2);
    });
    sheet.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1;
      put(sheet, Number(x.value) + step[0] * far, Number(y.value) + step[1] * far);
    });
    sheet.tabIndex = 0;
    sheet.setAttribute("role", "application");
    sheet.setAttribute("aria-roledescription", "可放印章的页面");
  }
  placing.addEventListener("input", show);
  placing.querySelector("[data-hint]").hidden = false;
  placing.addEventListener("change", show);
  addEventListener("pageshow", show);
  if (matchMedia("(min-width: 48rem)").matches) { // there the form stays in sight beside the page
    pages.find((sheet) => sheet.dataset.page === page.value)?.scrollIntoView({ block: "center" });
  }
}
