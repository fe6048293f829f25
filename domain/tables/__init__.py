"""Tables: columns and rows of imports and exports."""
