"""Words of the invented demo desk."""
