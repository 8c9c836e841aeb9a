"""USB sticks for stations without a link: fills them, and takes journals from them."""
