module sweepgen/bench/peers

go 1.19
