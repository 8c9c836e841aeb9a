"""`tramtin doctor`: what this box has and lacks, with the next step; and the support bundle."""
