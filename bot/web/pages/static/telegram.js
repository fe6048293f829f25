// Within Telegram: what it says of who opened this page is posted once.
"use strict";

const proof = document.getElementById("proof");
const told = window.Telegram && window.Telegram.WebApp;
if (told && told.initData) {
  told.expand();
  proof.elements.init_data.value = told.initData;
  proof.submit();
}
