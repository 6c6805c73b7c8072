--
-- tensor1d: sparkline and plot_svg
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS conv1d;
RESET client_min_messages;
\a \t on

-- what a statement is refused with: SQLSTATE, message, detail, hint
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'not refused';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', sqlstate || ': ' || message, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, ''));
END $$;

-- eight heights between the least and the greatest value
SELECT sparkline('[1,2,3,4,5,6,7,8]');
SELECT sparkline('[[1,8],[8,1],[4,NaN]]'), sparkline('[[1,8],[8,1],[4,NaN]]', 2);
-- a gap is a dot, infinities lie at the ends, a constant series at half height
SELECT sparkline('[1,2,NaN,NaN,4]'), sparkline('[1,inf,2,-inf,3]'), sparkline('[5,5,5]'), sparkline('[NaN,NaN]'), sparkline('[inf,-inf,NaN]'), sparkline('[[3]]');
-- longer than the line: a cell shows its value furthest from the mean, so the one spike of 10000 steps is seen
SELECT sparkline(tensor1d_agg(CASE WHEN i = 6170 THEN 10 ELSE i % 2 END ORDER BY i)) FROM generate_series(1, 10000) i;
SELECT sparkline(tensor1d_agg(sin(i / 100.0) ORDER BY i), width => 20) FROM generate_series(1, 1257) i;
SELECT char_length(sparkline(tensor1d_fill('{1000,1}', 0))), char_length(sparkline(tensor1d_fill('{1000,1}', 0), 1, 1)), char_length(sparkline('[1,2]', width => 10000));
SELECT sparkline('[-3.4028235e38,0,3.4028235e38]'), sparkline('[0,1e-45]');
SELECT pg_temp.refusal('SELECT sparkline(''[[1,2]]'', ' || t || ')') FROM unnest(ARRAY['0', '3', '1, 0', '1, 10001', '-1, -1']) t;

-- plot_svg: one line a channel, a legend when there are several
SELECT plot_svg('[[0],[2],[1],[NaN],[1]]');
SELECT (SELECT count(*) FROM regexp_matches(svg, 'tensor \d, channel \d|tensor \d', 'g')) AS names,
	(SELECT count(*) FROM regexp_matches(svg, '<path stroke="#[0-9a-f]{6}" d="M', 'g')) AS lines,
	svg ~ '^<svg xmlns="http://www.w3.org/2000/svg" [^>]+>.*</svg>\s$' AS is_svg
FROM plot_svg('[[1,2],[3,4]]', '[5,6,7]') svg;
-- a hundred thousand steps make a small picture, and the spike is in it
SELECT length(svg) < 40000, svg ~ 'L467\.2 \d+\.\d' FROM (SELECT plot_svg(tensor1d_agg(CASE WHEN i = 55000 THEN 1 ELSE 0 END ORDER BY i)) FROM generate_series(1, 100000) i) p(svg);
SELECT length(plot_svg('[NaN]')) > 0, length(plot_svg(NULL::tensor1d)) > 0, length(plot_svg('[7]')) > 0, length(plot_svg('[3e38,-3e38]')) > 0, length(plot_svg('[1e-45]')) > 0;
SELECT pg_temp.refusal('SELECT plot_svg(tensor1d_fill(''{2,101}'', 0))');
