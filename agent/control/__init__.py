"""Operations on this box and its status, for the page and for signed commands."""
