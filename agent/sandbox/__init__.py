"""Confinement of helper processes that read hostile bytes: Landlock and seccomp.

`enforce` confines a program before it is executed, `profile` defines the limits and also confines
the present process. On a kernel with only one of the two mechanisms that one is used;
`profile.find_missing` names the other.
"""
