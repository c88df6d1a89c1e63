SELECT Contract,
       coalesce(sum(TotalDuration) FILTER (WHERE AppName IN ('CHANNEL', 'DSHD', 'KPLUS', 'KPlus')), 0) AS TVDuration,
       coalesce(sum(TotalDuration) FILTER (WHERE AppName IN ('VOD', 'FIMS_RES', 'BHD_RES', 'VOD_RES', 'FIMS', 'BHD', 'DANET')), 0) AS MovieDuration,
       coalesce(sum(TotalDuration) FILTER (WHERE AppName IN ('CHILD')), 0) AS ChildDuration,
       coalesce(sum(TotalDuration) FILTER (WHERE AppName IN ('RELAX')), 0) AS RelaxDuration,
       coalesce(sum(TotalDuration) FILTER (WHERE AppName IN ('SPORT')), 0) AS SportDuration
FROM views
WHERE TotalDuration >= 0 AND Contract NOT IN ('', '0')
GROUP BY Contract
