"""The world: the only sockets, clocks, disks, threads and randomness. It decides nothing."""
