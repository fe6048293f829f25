// Within LINE: what it says of who opened this page is posted once.
"use strict";

const proof = document.getElementById("proof");

async function vouch() {
  await liff.init({ liffId: proof.dataset.liff });
  if (!liff.isLoggedIn()) {
    liff.login();
    return;
  }
  proof.elements.id_token.value = liff.getIDToken() || "";
  proof.submit();
}

if (window.liff) vouch();
