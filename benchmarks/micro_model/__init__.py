"""One small county, written five times: on Xianjie's machinery, as Mesa objects, as whole arrays, in Starsim and in C.

38 fields a household, sixty months, a queue for help and a queue for jobs: small enough to be written again for every peer, and
like enough to the real month to price a design. All five share their random draws (``inputs.hash_draws``) and calculate in
float64, so they must return the same aggregates, to the last of their digits.
"""
