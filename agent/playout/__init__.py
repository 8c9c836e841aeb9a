"""Documents in force become what each output plays."""
