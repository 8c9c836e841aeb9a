"""One message from the centre: verified, admitted, committed and applied."""
