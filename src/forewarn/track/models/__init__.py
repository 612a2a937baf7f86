"""Motion and measurement models of the tracker, batched over objects, and how several motions interact."""
