SELECT {'a': k, 'b': i} AS pair, max({'a': n, 'b': [i]}) AS most, count(DISTINCT {'day': day, 'k': k}) AS different
FROM events
GROUP BY pair
