"""One message: judged, admitted, committed and applied."""
