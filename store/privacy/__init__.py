"""Privacy: whose data a row holds, and how they leave the desk."""
