"""Operations on this box and its status, for the page and for whoever else may ask."""
