"""What overrides the schedule: emergency keys, silence documents, inputs of the site."""
