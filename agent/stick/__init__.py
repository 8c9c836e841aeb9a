"""A box without a link: what a USB stick or the page brings and takes; loads when one comes."""
