SELECT score, min(score) AS least, arg_max(score, t) AS latest, first(score ORDER BY t) AS earliest, last(i ORDER BY score) AS i,
       count(DISTINCT score) AS different, list(score ORDER BY score DESC) AS all_scores, score * 2 AS double_score
FROM events
GROUP BY score
