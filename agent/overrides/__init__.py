"""What goes over the schedule: emergency keys, silence documents, inputs of the site."""
