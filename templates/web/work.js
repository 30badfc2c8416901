/* Finds the number that the sign-up form's stamp asks for: SHA-256 over "stamp:number" that begins with enough zero bits.
   It begins when somebody turns to the form, and works in short turns, so that the page stays at hand. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-work]");
  if (!form) return;
  const bits = Number(form.dataset.work), stamp = form.elements.stamp.value, said = document.getElementById("working");
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const part = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
  const K = primes.map((p) => part(Math.cbrt(p))), H = primes.slice(0, 8).map((p) => part(Math.sqrt(p)));
  const w = new Int32Array(64), turn = (x, n) => (x >>> n) | (x << (32 - n));

  /* The first word of the hash of a text of at most 55 ASCII characters: one block (FIPS 180-4 6.2). */
  function first(text) {
    w.fill(0);
    for (let i = 0; i < text.length; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
    w[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
    w[15] = 8 * text.length;
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + w[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let i = 0; i < 64; i++) {
      const t = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const u = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t) | 0, c, b, a, (t + u) | 0];
    }
    return (a + H[0]) >>> 0;
  }

  let number = 0, begun = false, asked = null;
  function work() {
    for (const end = performance.now() + 20; performance.now() < end; ) {
      for (let i = 0; i < 200; i++, number++) if (first(`${stamp}:${number}`) >>> (32 - bits) === 0) return done();
    }
    setTimeout(work);
  }
  function done() {
    form.elements.work.value = String(number);
    if (asked) form.requestSubmit(asked);
  }
  function begin() { if (!begun) { begun = true; work(); } }
  form.addEventListener("focusin", begin, { once: true });
  form.addEventListener("submit", (event) => {
    if (form.elements.work.value) return;
    event.preventDefault();
    asked = event.submitter;
    said.textContent = said.dataset.wait;
    begin();
  });
});
