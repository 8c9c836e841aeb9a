"""What a helper process may still do once hostile bytes have taken it over: Landlock and seccomp.

`launch` confines a program before it is executed, `profile` confines this very process. A kernel
that offers only one of the two gives that one; `support` says what it offers.
"""
