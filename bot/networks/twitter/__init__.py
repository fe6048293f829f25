"""The office's account on X (twitter): posts out."""
