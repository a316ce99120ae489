// Passkey buttons show where the browser knows passkeys; a refused or forgotten key is said in words.
(function () {
  "use strict";
  if (window.PublicKeyCredential) {
    document.querySelectorAll("[data-passkey]").forEach(function (button) { button.hidden = false; });
  }
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    var notice = document.querySelector("[data-passkey-failed]");
    notice.hidden = true;
    window.setTimeout(function () { notice.hidden = false; }, 50); // so that a screen reader says it each time
  });
})();
