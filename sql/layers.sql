--
-- layers: convolution, pooling and their kin as functions of one tensor
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

-- the vector 1, 2, ..., n as a series of one channel, and a kernel of one channel and one filter
CREATE FUNCTION pg_temp.upto(n int) RETURNS tensor1d LANGUAGE sql AS
	'SELECT tensor1d_agg(i ORDER BY i) FROM generate_series(1, n) i';
CREATE FUNCTION pg_temp.kernel(VARIADIC taps real[]) RETURNS tensor1d LANGUAGE sql AS
	'SELECT reshape(taps::tensor1d, -1, 1, 1)';

--
-- conv1d
--

-- a window of two steps slides over four: 1*1 + 2*10, 2*1 + 3*10, 3*1 + 4*10
SELECT conv1d('[[1],[2],[3],[4]]', '[[[1]],[[10]]]');
-- the kernel is not flipped, the bias is added once
SELECT conv1d('[[1],[2],[3],[4]]', '[[[10]],[[1]]]', '[0.5]');
-- kernel (kernel_size, channels, filters): two channels in, three filters out
SELECT conv1d('[[1,2],[3,4]]', '[[[1,0,1],[0,1,10]]]');
SELECT conv1d('[[1,2],[3,4],[5,6]]', '[[[1,0],[0,1]],[[0,1],[1,0]]]', '[100,200]');
-- the same with names; the activation comes last
SELECT conv1d(input => '[[1],[2],[4]]', kernel => '[[[1]],[[-1]]]', bias => '[1.5]', activation => 'relu');
SELECT conv1d(input => '[[1],[2],[4]]', kernel => '[[[1]],[[-1]]]', bias => '[1.5]');
-- strides: every second window
SELECT conv1d(pg_temp.upto(6), pg_temp.kernel(1, 1, 1), strides => 1), conv1d(pg_temp.upto(6), pg_temp.kernel(1, 1, 1), strides => 2), conv1d(pg_temp.upto(6), pg_temp.kernel(1, 1, 1), strides => 4);
-- dilation: taps two steps apart
SELECT conv1d(pg_temp.upto(6), pg_temp.kernel(1, 10), dilation_rate => 2), conv1d(pg_temp.upto(6), pg_temp.kernel(1, 10, 100), dilation_rate => 2);
-- groups: each half of the channels has filters of its own
SELECT conv1d('[[1,2],[3,4]]', '[[[1,10]]]', groups => 2), conv1d('[[1,2,3,4]]', '[[[1,0,1,1],[0,1,2,-1]]]', groups => 2);

-- Keras "same": what is missing is padded, the odd step after.  Even length: pads (0,1)
SELECT conv1d(pg_temp.upto(6), pg_temp.kernel(1, 1, 1), strides => 2, padding => 'same');
-- ... odd length: pads (1,1)
SELECT conv1d(pg_temp.upto(5), pg_temp.kernel(1, 1, 1), strides => 2, padding => 'same');
-- ... and torch's padding=1 is always (1,1): the same length, other numbers
SELECT conv1d(pg_temp.upto(6), pg_temp.kernel(1, 1, 1), strides => 2, pads => '{1}'), conv1d(pg_temp.upto(6), pg_temp.kernel(1, 1, 1), strides => 2, pads => '{1,1}');
SELECT conv1d(pg_temp.upto(3), pg_temp.kernel(1, 10), padding => 'same'), conv1d(pg_temp.upto(3), pg_temp.kernel(1, 10, 100), padding => 'same'), conv1d(pg_temp.upto(3), pg_temp.kernel(1, 10, 100, 1000), padding => 'same');
-- causal: no output sees a later step
SELECT conv1d(pg_temp.upto(4), pg_temp.kernel(1, 10), padding => 'causal', dilation_rate => 2);
SELECT conv1d(pg_temp.upto(4), pg_temp.kernel(1, 10), padding => 'causal'), conv1d(pg_temp.upto(5), pg_temp.kernel(1, 10), padding => 'causal', strides => 2);
-- pads: before and after as given, more than the kernel too; strides and dilation together, as torch has it
SELECT conv1d(pg_temp.upto(3), pg_temp.kernel(1, 10), pads => '{0,1}'), conv1d(pg_temp.upto(3), pg_temp.kernel(1, 10), pads => '{2,0}'), conv1d(pg_temp.upto(2), pg_temp.kernel(1), '[7]', pads => '{2,1}');
SELECT conv1d(pg_temp.upto(6), pg_temp.kernel(1, 10), pads => '{0}', strides => 2, dilation_rate => 2), conv1d(pg_temp.upto(6), pg_temp.kernel(1, 10), pads => '{1,0}', strides => 3, dilation_rate => 3);

-- edges: one step, window = length, a single weight
SELECT conv1d('[[3]]', '[[[2]]]'), conv1d('[[3]]', '[[[2]],[[5]],[[7]]]', padding => 'same'), conv1d('[[3]]', '[[[2]],[[5]],[[7]]]', padding => 'causal'), conv1d(pg_temp.upto(3), pg_temp.kernel(1, 10, 100)), conv1d('[[3]]', '[[[2]]]', strides => 1000000000);
-- a gap stays where its windows are, through relu too; a tap that lies on padding is not multiplied
SELECT conv1d('[[1],[NaN],[3],[4],[5]]', '[[[1]],[[1]]]'), conv1d('[[1],[NaN],[3],[4],[5]]', '[[[-1]],[[-1]]]', activation => 'relu');
SELECT conv1d('[[1],[inf],[3]]', '[[[1]],[[1]]]'), conv1d('[[1],[2],[3]]', '[[[inf]],[[1]]]', padding => 'causal'), conv1d('[[1],[2]]', '[[[1]],[[1]],[[NaN]]]', padding => 'same');
-- filters of every number that a tile can be cut to
SELECT bool_and(conv1d(x, w) = (SELECT tensor1d_agg(tensor1d_fill(ARRAY[f], v) ORDER BY v) FROM unnest(ARRAY[3, 5, 7, 9, 11, 13, 15, 17, 19]) v))
FROM (SELECT f, pg_temp.upto(10) AS x, tensor1d_fill(ARRAY[2, 1, f], 1) AS w FROM generate_series(1, 40) f) t;

-- a null input or kernel gives null, a null bias none; no other null means anything, but pads
SELECT conv1d(NULL, '[[[1]]]') IS NULL, conv1d('[[1]]', NULL) IS NULL, conv1d('[[5]]', '[[[1]]]', NULL), conv1d('[[5]]', '[[[1]]]', pads => NULL);
SELECT pg_temp.refusal('SELECT conv1d(''[[1]]'', ''[[[1]]]'', ' || t || ' => NULL)') FROM unnest(ARRAY['strides', 'padding', 'dilation_rate', 'groups', 'activation']) t;
-- numbers out of their range
SELECT pg_temp.refusal('SELECT conv1d(''[[1],[2]]'', ''[[[1]]]'', ' || t || ')') FROM unnest(ARRAY[
	'strides => 0', 'strides => -1', 'dilation_rate => 0', 'dilation_rate => -2147483648', 'groups => 0', 'groups => -1', 'groups => 2',
	'pads => ''{}''', 'pads => ''{1,1,1}''', 'pads => ''{-1}''', 'pads => ''{1,NULL}''', 'pads => ''{{1,1}}''', 'pads => ''{1}'', padding => ''same''', 'strides => 2, dilation_rate => 2']) t;
-- a window that does not fit
SELECT pg_temp.refusal('SELECT conv1d(' || t || ')') FROM unnest(ARRAY[
	'''[[1],[2]]'', ''[[[1]],[[1]],[[1]]]''', '''[[1],[2]]'', ''[[[1]],[[1]]]'', dilation_rate => 2', '''[[1],[2]]'', ''[[[1]],[[1]]]'', dilation_rate => 2147483647', '''[[1],[2]]'', ''[[[1]],[[1]],[[1]],[[1]]]'', pads => ''{0,1}''']) t;
-- what the hints propose works
SELECT conv1d('[[1],[2]]', '[[[1]],[[1]]]'), conv1d('[[1],[2]]', '[[[1]],[[1]],[[1]]]', padding => 'same'), conv1d('[[1],[2],[3]]', '[[[1]],[[1]],[[1]]]'), conv1d('[[1],[2]]', '[[[1]],[[1]]]', dilation_rate => 2147483647, padding => 'same'), conv1d('[[1],[2],[3]]', '[[[1]],[[1]],[[1]],[[1]]]', pads => '{0,1}');
-- tensors that do not go together
SELECT pg_temp.refusal('SELECT conv1d(' || t || ')') FROM unnest(ARRAY[
	'''[1,2,3]'', ''[[[1]]]''', '''[1,2,3,4]'', ''[[[1]]]''', '''[[[1]]]'', ''[[[1]]]''', '''[[1]]'', ''[[1]]''', '''[[1]]'', ''[1]''', '''[[1]]'', ''[[[[1]]]]''',
	'''[[1,2],[3,4],[5,6]]'', ''[[[1],[1],[1]]]''', '''[[1,2],[3,4],[5,6]]'', ''[[[1]]]''', '''[[1,2],[3,4],[5,6]]'', ''[[[1,1]]]'', groups => 1', '''[[1,2,3]]'', ''[[[1,1]]]'', groups => 2',
	'''[[1,2]]'', ''[[[1,1,1]]]'', groups => 2', '''[[1]]'', ''[[[1,2]]]'', ''[1]''', '''[[1]]'', ''[[[1]]]'', ''[[1]]''']) t;
SELECT conv1d(reshape('[1,2,3]', -1, 1), '[[[1]]]'), conv1d(permute('[[1,2],[3,4],[5,6]]', 2, 1), '[[[1],[1],[1]]]');
-- outputs over the limit, found before anything is allocated
SELECT pg_temp.refusal('SELECT conv1d(''[[1]]'', ''[[[1]]]'', pads => ''{' || t || '}'')') FROM unnest(ARRAY['2147483647', '134217727,1', '0,134217728']) t;

--
-- conv1d_transpose
--

-- every input step adds the kernel, strides apart: 1 2 4 2 4 2 3; Keras cuts or appends
SELECT conv1d_transpose('[[1],[1],[1]]', '[[[1]],[[2]],[[3]]]', strides => 2);
SELECT conv1d_transpose('[[1],[1],[1]]', '[[[1]],[[2]],[[3]]]', strides => 2, padding => 'same');
-- output_padding 0 is not the same as none
SELECT conv1d_transpose('[[1],[1],[1]]', '[[[1]],[[2]],[[3]]]', strides => 2, padding => 'same', output_padding => 0), conv1d_transpose('[[1],[1],[1]]', '[[[1]],[[2]],[[3]]]', strides => 2, padding => 'same', output_padding => 1);
SELECT conv1d_transpose('[[1],[1],[1]]', '[[[1]],[[2]],[[3]]]', strides => 2, output_padding => 0), conv1d_transpose('[[1],[1],[1]]', '[[[1]],[[2]],[[3]]]', strides => 2, output_padding => 1);
SELECT conv1d_transpose('[[1],[1],[1]]', '[[[1]],[[2]],[[3]],[[4]]]', strides => 2, padding => 'same'), conv1d_transpose('[[1],[1],[1]]', '[[[1]],[[2]]]', padding => 'same');
-- a kernel shorter than the stride leaves steps that only the bias and the activation reach
SELECT conv1d_transpose('[[1],[1],[1]]', '[[[1]]]', strides => 2), conv1d_transpose('[[1],[1],[1]]', '[[[1]]]', strides => 2, padding => 'same'), conv1d_transpose('[[1],[2]]', '[[[1]]]', '[-1]', strides => 3), conv1d_transpose('[[1],[2]]', '[[[1]]]', '[-1]', strides => 3, activation => 'relu');
-- where the table of Keras cuts, (left, right): 5,2 (1,2)   2,2 (0,0)   3,3 (0,0)   2,1 (0,1)   1,2 (0,-1)
SELECT conv1d_transpose('[[1],[10]]', '[[[1]],[[2]],[[3]],[[4]],[[5]]]', strides => 2, padding => 'same'), conv1d_transpose('[[1],[10]]', '[[[1]],[[2]]]', strides => 2, padding => 'same'), conv1d_transpose('[[1],[10]]', '[[[1]],[[2]],[[3]]]', strides => 3, padding => 'same'), conv1d_transpose('[[1],[10]]', '[[[1]],[[2]]]', padding => 'same'), conv1d_transpose('[[1],[10]]', '[[[1]]]', strides => 2, padding => 'same');
-- kernel (kernel_size, filters, channels): two channels in, three filters out
SELECT conv1d_transpose('[[1,10]]', '[[[1,0],[0,1],[1,1]],[[2,0],[0,2],[2,2]]]');
SELECT conv1d_transpose('[[1,10]]', '[[[1,0],[0,1],[1,1]]]', '[100,200,300]');
-- groups, which Keras does not have: each half of the channels makes its own filters
SELECT conv1d_transpose('[[1,2],[3,4]]', '[[[1,10]],[[2,20]]]', groups => 2);
SELECT conv1d_transpose('[[1,2]]', '[[[1,10],[3,30]]]', '[0.5,0,0,0.5]', groups => 2);
-- dilation, and pads, which cut as torch's padding does: (4-1)*2 - 2*1 + 3 + 1 = 8
SELECT conv1d_transpose('[[1],[1],[1]]', '[[[1]],[[10]]]', dilation_rate => 2), conv1d_transpose('[[1],[1],[1]]', '[[[1]],[[10]]]', dilation_rate => 2, padding => 'same');
SELECT conv1d_transpose('[[1],[1],[1],[1]]', '[[[1]],[[2]],[[3]]]', strides => 2, pads => '{1}', output_padding => 1), conv1d_transpose('[[1],[1],[1],[1]]', '[[[1]],[[2]],[[3]]]', strides => 2, pads => '{1}');
SELECT conv1d_transpose('[[1],[1]]', '[[[1]],[[2]],[[3]]]', strides => 2, pads => '{2,0}'), conv1d_transpose('[[1],[1]]', '[[[1]],[[2]],[[3]]]', strides => 2, pads => '{0,4}'), conv1d_transpose('[[1],[1]]', '[[[1]],[[2]]]', strides => 3, dilation_rate => 2, pads => '{0}'), conv1d_transpose('[[1],[1]]', '[[[1]],[[2]]]', pads => '{0}', output_padding => 1, dilation_rate => 2);
-- torch's length is (L-1)s - 2p + d(k-1) + op + 1: 21 with k=3 s=2, 23 with d=2, 20 with p=1 op=1
SELECT timesteps(conv1d_transpose(pg_temp.upto(10), pg_temp.kernel(1, 1, 1), strides => 2)), timesteps(conv1d_transpose(pg_temp.upto(10), pg_temp.kernel(1, 1, 1), strides => 2, dilation_rate => 2, pads => '{0}')), timesteps(conv1d_transpose(pg_temp.upto(10), pg_temp.kernel(1, 1, 1), strides => 2, pads => '{1}', output_padding => 1));
-- Keras "same" is torch shifted by one: torch[t] = keras[t + 1]
SELECT slice(torch, 1, 9) = slice(keras, 2, 10)
FROM (SELECT conv1d_transpose(x, w, strides => 2, pads => '{1}', output_padding => 1) AS torch, conv1d_transpose(x, w, strides => 2, padding => 'same') AS keras FROM (VALUES (pg_temp.upto(5), pg_temp.kernel(1, 10, 100))) v(x, w)) t;
-- transposing is the adjoint: the sum of y * conv(x) is the sum of x * transposed conv(y)
SELECT bool_and(sum_elements(conv1d(x, w, strides => s) * y) = sum_elements(x * conv1d_transpose(y, w, strides => s, output_padding => (20 - k) % s))), count(*)
FROM generate_series(1, 7) k, generate_series(1, 4) s, LATERAL (SELECT pg_temp.upto(20) AS x, reshape(pg_temp.upto(k) - 3, k, 1, 1) AS w, pg_temp.upto((20 - k) / s + 1) - 5 AS y) t;
-- edges: one step; a gap stays where its kernel falls
SELECT conv1d_transpose('[[2]]', '[[[3]]]'), conv1d_transpose('[[2]]', '[[[3]]]', strides => 4), conv1d_transpose('[[1],[NaN],[1]]', '[[[1]],[[2]]]', strides => 2);
SELECT conv1d_transpose('[[1],[1]]', '[[[1]],[[2]],[[inf]]]', padding => 'same'), conv1d_transpose('[[1],[1]]', '[[[inf]],[[2]],[[1]]]', padding => 'same');
SELECT conv1d_transpose(NULL, '[[[1]]]') IS NULL, conv1d_transpose('[[1]]', NULL) IS NULL, conv1d_transpose('[[5]]', '[[[1]]]', NULL, output_padding => NULL, pads => NULL);

SELECT pg_temp.refusal('SELECT conv1d_transpose(''[[1]]'', ''[[[1]]]'', ' || t || ' => NULL)') FROM unnest(ARRAY['strides', 'padding', 'dilation_rate', 'groups', 'activation']) t;
SELECT pg_temp.refusal('SELECT conv1d_transpose(''[[1],[2]]'', ''[[[1]],[[1]]]'', ' || t || ')') FROM unnest(ARRAY[
	'strides => 0', 'dilation_rate => -1', 'groups => 0', 'groups => 2', 'padding => ''causal''', 'output_padding => -1', 'output_padding => 1', 'strides => 2, output_padding => 2', 'padding => ''same'', output_padding => 0', 'strides => 2, dilation_rate => 2',
	'pads => ''{1}'', padding => ''same''', 'pads => ''{3,0}''', 'pads => ''{1}'', strides => 3, output_padding => 3', 'pads => ''{2147483647}''']) t;
-- what the hints propose works
SELECT conv1d_transpose('[[1],[2]]', '[[[1]],[[1]]]', strides => 2, output_padding => 1), conv1d_transpose('[[1],[2]]', '[[[1]],[[1]]]', padding => 'same'), conv1d_transpose('[[1],[2]]', '[[[1]],[[1]]]', pads => '{2,0}'), conv1d_transpose('[[1],[2]]', '[[[1]],[[1]]]', pads => '{1}', strides => 3, output_padding => 2);
SELECT pg_temp.refusal('SELECT conv1d_transpose(' || t || ')') FROM unnest(ARRAY[
	'''[1,2]'', ''[[[1]]]''', '''[[1]]'', ''[[1]]''', '''[[1,2]]'', ''[[[1]]]''', '''[[1,2]]'', ''[[[1,2]]]'', ''[1,2]''',
	'''[[1]]'', ''[[[1]]]'', strides => 134217729', '''[[1],[2]]'', ''[[[1]]]'', strides => 2147483647', '''[[1],[2],[3]]'', ''[[[1]],[[1]]]'', pads => ''{0}'', dilation_rate => 2147483647']) t;

--
-- max_pool1d, avg_pool1d
--

SELECT max_pool1d('[[1,8],[5,2],[3,3],[4,4],[9,9]]'), max_pool1d(pg_temp.upto(6), 3), max_pool1d(pg_temp.upto(6), 3, 1), max_pool1d(pg_temp.upto(6), 2, 4), max_pool1d(pg_temp.upto(6), 1, 2);
SELECT avg_pool1d('[[1,8],[5,2],[3,3],[4,4],[9,9]]'), avg_pool1d(pg_temp.upto(6), 3), avg_pool1d(pg_temp.upto(6), 3, 1), avg_pool1d(pg_temp.upto(6), 2, 4), avg_pool1d(pg_temp.upto(6), 1, 2);
-- same: padding never wins a maximum and never counts in a mean
SELECT max_pool1d('[[-1],[-2],[-3],[-4],[-5]]', 3, 2, 'same'), max_pool1d('[[-4],[-3],[-2],[-1]]', 3, padding => 'same'), avg_pool1d(pg_temp.upto(5), 3, 2, 'same'), avg_pool1d(pg_temp.upto(4), 3, 1, 'same');
-- torch: x = 1..8, window 3, stride 2, padding 1; rounded down, up, and up with padding left out of the divisor
SELECT avg_pool1d(pg_temp.upto(8), 3, 2, pads => '{1}', count_include_pad => true);
SELECT avg_pool1d(pg_temp.upto(8), 3, 2, pads => '{1}', count_include_pad => true, ceil_mode => true);
SELECT avg_pool1d(pg_temp.upto(8), 3, 2, pads => '{1}', ceil_mode => true);
SELECT max_pool1d(pg_temp.upto(8), 3, 2, pads => '{1}'), max_pool1d(pg_temp.upto(8), 3, 2, pads => '{1}', ceil_mode => true);
-- ceil_mode rounds up, unless the last window would start behind the series
SELECT max_pool1d(pg_temp.upto(5), 2, 2), max_pool1d(pg_temp.upto(5), 2, 2, ceil_mode => true), max_pool1d(pg_temp.upto(4), 1, 2, ceil_mode => true), max_pool1d(pg_temp.upto(3), 1, 4, ceil_mode => true);
-- ... so one that is longer than the series still starts on it
SELECT max_pool1d('[[7]]', 3, ceil_mode => true), avg_pool1d('[[6]]', 3, ceil_mode => true), avg_pool1d('[[6]]', 3, ceil_mode => true, count_include_pad => true), avg_pool1d('[[6]]', 3, 2, pads => '{1,0}', ceil_mode => true, count_include_pad => true);
-- dilation; with it a window may hold nothing but padding
SELECT max_pool1d(pg_temp.upto(6), 2, 1, dilation_rate => 3), max_pool1d('[[7]]', 2, 1, dilation_rate => 2, pads => '{1}'), max_pool1d('[[7],[8]]', 2, 1, dilation_rate => 3, pads => '{1}');
-- edges: one step, window = length
SELECT max_pool1d('[[3]]', 1), max_pool1d('[[3]]', 5, 5, 'same'), avg_pool1d('[[3]]', 5, 5, 'same'), max_pool1d(pg_temp.upto(4), 4), avg_pool1d(pg_temp.upto(4), 4), max_pool1d('[[3]]', 1, 2147483647);
-- a gap is contagious, minus infinity is not
SELECT max_pool1d('[[1],[NaN],[3],[4]]'), max_pool1d('[[NaN],[1],[3],[NaN]]'), avg_pool1d('[[1],[NaN],[3],[4]]'), max_pool1d('[[-inf],[1],[-inf],[-inf]]'), avg_pool1d('[[inf],[1],[inf],[-inf]]');
SELECT max_pool1d('[[1,NaN],[2,2]]'), avg_pool1d('[[1,NaN],[2,2]]');

SELECT max_pool1d(NULL) IS NULL, avg_pool1d(NULL) IS NULL, max_pool1d('[[1],[2]]', strides => NULL, pads => NULL), avg_pool1d('[[1],[2]]', strides => NULL, pads => NULL);
SELECT pg_temp.refusal('SELECT max_pool1d(''[[1]]'', ' || t || ' => NULL)') FROM unnest(ARRAY['pool_size', 'padding', 'dilation_rate', 'ceil_mode']) t;
SELECT pg_temp.refusal('SELECT avg_pool1d(''[[1]]'', ' || t || ' => NULL)') FROM unnest(ARRAY['pool_size', 'padding', 'ceil_mode', 'count_include_pad']) t;
SELECT pg_temp.refusal('SELECT max_pool1d(' || t || ')') FROM unnest(ARRAY[
	'''[1,2]''', '''[[1]]''', '''[[1],[2]]'', 3', '''[[1],[2]]'', 0', '''[[1],[2]]'', -1', '''[[1],[2]]'', 2, 0', '''[[1],[2]]'', padding => ''causal''', '''[[1],[2]]'', dilation_rate => 0', '''[[1],[2]]'', dilation_rate => 2147483647',
	'''[[1],[2]]'', pads => ''{2}''', '''[[1],[2]]'', pads => ''{0,-1}''', '''[[1],[2]]'', pads => ''{1}'', padding => ''same''', '''[[1],[2]]'', ceil_mode => true, padding => ''same''', '''[[1],[2]]'', 2147483647, dilation_rate => 2147483647']) t;
SELECT pg_temp.refusal('SELECT avg_pool1d(' || t || ')') FROM unnest(ARRAY[
	'''[1,2]''', '''[[1]]''', '''[[1],[2]]'', 0', '''[[1],[2]]'', 2, -1', '''[[1],[2]]'', padding => ''causal''', '''[[1],[2]]'', pads => ''{2,0}''', '''[[1],[2]]'', ceil_mode => true, padding => ''same''']) t;

--
-- upsample1d, zero_pad1d, crop1d, repeat_vector, dense
--

SELECT upsample1d('[[1,2],[3,4]]'), upsample1d('[[1],[2]]', 3), upsample1d('[[5]]', 1), upsample1d('[[NaN],[1]]', 2);
SELECT zero_pad1d('[[1,2],[3,4]]', 1, 2), zero_pad1d('[[5]]', 0, 0), zero_pad1d('[[5]]', 2, 0), zero_pad1d('[[NaN]]', 0, 1);
SELECT crop1d('[[1],[2],[3],[4]]', 1, 2), crop1d('[[1],[2]]', 0, 0), crop1d('[[1],[2]]', 1, 0), crop1d('[[1,2],[3,4]]', 0, 1);
SELECT crop1d(zero_pad1d(pg_temp.upto(5), 3, 4), 3, 4), avg_pool1d(upsample1d(pg_temp.upto(5), 4), 4);
SELECT upsample1d(NULL) IS NULL, zero_pad1d(NULL, 1, 1) IS NULL, crop1d(NULL, 1, 1) IS NULL;
SELECT pg_temp.refusal('SELECT ' || t) FROM unnest(ARRAY[
	'upsample1d(''[[1]]'', NULL)', 'upsample1d(''[[1]]'', 0)', 'upsample1d(''[[1]]'', -2)', 'upsample1d(''[[1]]'', 2147483647)', 'upsample1d(''[1]'')',
	'zero_pad1d(''[[1]]'', NULL, 1)', 'zero_pad1d(''[[1]]'', 1, NULL)', 'zero_pad1d(''[[1]]'', -1, 1)', 'zero_pad1d(''[[1]]'', 2147483647, 2147483647)', 'zero_pad1d(''[1,2]'', 1, 1)',
	'crop1d(''[[1]]'', NULL, 1)', 'crop1d(''[[1]]'', 1, NULL)', 'crop1d(''[[1],[2]]'', 0, -1)', 'crop1d(''[[1],[2]]'', 1, 1)', 'crop1d(''[[1],[2]]'', 2147483647, 2147483647)', 'crop1d(''[[[1]]]'', 0, 0)']) t;

-- repeat_vector makes a series of one vector
SELECT repeat_vector('[1,2]', 3), repeat_vector('[NaN]', 1), repeat_vector(NULL, 1) IS NULL, repeat_vector('[1]', NULL) IS NULL;
SELECT pg_temp.refusal('SELECT repeat_vector(' || t || ')') FROM unnest(ARRAY['''[1]'', 0', '''[1]'', -1', '''[1]'', 2147483647', '''[[1]]'', 2']) t;

-- dense works along the last axis, whatever the rank
SELECT dense('[1,2,3]', '[[1,0],[0,1],[1,10]]'), dense('[1,2,3]', '[[1,0],[0,1],[1,10]]', '[0.5,-100]'), dense('[1,2,3]', '[[1,0],[0,1],[1,10]]', '[0.5,-100]', 'relu');
SELECT dense('[[1],[2],[3]]', '[[1,10]]'), dense('[[1,2],[3,4]]', '[[1],[10]]'), dense('[[[1,2]],[[3,4]]]', '[[1],[10]]'), dense('[[[[5]]]]', '[[2]]');
SELECT dense('[NaN,1]', '[[0,1],[1,1]]'), dense('[[NaN,1],[2,1]]', '[[1],[1]]', activation => 'relu');
SELECT dense(NULL, '[[1]]') IS NULL, dense('[1]', NULL) IS NULL, dense('[1]', '[[2]]', NULL);
SELECT pg_temp.refusal('SELECT dense(' || t || ')') FROM unnest(ARRAY[
	'''[1]'', ''[[1]]'', activation => NULL', '''[1]'', ''[1]''', '''[1]'', ''[[[1]]]''', '''[1,2]'', ''[[1]]''', '''[[1,2],[3,4],[5,6]]'', ''[[1],[1],[1]]''', '''[1]'', ''[[1,2]]'', ''[1]''', 'tensor1d_fill(''{12000,1}'', 1), tensor1d_fill(''{1,12000}'', 1)']) t;

--
-- Against the formulas, written out: padding b before and a after
--

CREATE FUNCTION pg_temp.square(n int) RETURNS tensor1d LANGUAGE sql AS
	'SELECT tensor1d_agg(i * i ORDER BY i) FROM generate_series(1, n) i';
-- y[t] = sum over j of x[t*s + j*d - b] * w[j]
SELECT count(*), count(*) FILTER (WHERE y IS DISTINCT FROM conv1d(pg_temp.square(l), reshape(pg_temp.upto(k), k, 1, 1), strides => s, dilation_rate => d, pads => ARRAY[b, a]))
FROM generate_series(1, 9) l, generate_series(1, 4) k, generate_series(1, 3) s, generate_series(1, 2) d, generate_series(0, 2) b, generate_series(0, 2) a,
	LATERAL (SELECT tensor1d_agg(v ORDER BY t) AS y
		FROM (SELECT t, coalesce(sum((t * s + j * d - b + 1) ^ 2 * (j + 1)) FILTER (WHERE t * s + j * d - b BETWEEN 0 AND l - 1), 0) AS v
			FROM generate_series(0, (l + b + a - (d * (k - 1) + 1)) / s) t, generate_series(0, k - 1) j GROUP BY t) steps) formula
WHERE l + b + a >= d * (k - 1) + 1;
-- z[i*s + j*d] += x[i] * w[j], then b steps are cut before and a after
SELECT count(*), count(*) FILTER (WHERE y IS DISTINCT FROM conv1d_transpose(pg_temp.square(l), reshape(pg_temp.upto(k), k, 1, 1), strides => s, dilation_rate => d, pads => ARRAY[b, a]))
FROM generate_series(1, 6) l, generate_series(1, 4) k, generate_series(1, 4) s, generate_series(1, 3) d, generate_series(0, 2) b, generate_series(0, 2) a,
	LATERAL (SELECT tensor1d_agg(v ORDER BY t) AS y
		FROM (SELECT t, coalesce(sum((i + 1) ^ 2 * (j + 1)) FILTER (WHERE i * s + j * d = t), 0) AS v
			FROM generate_series(b, (l - 1) * s + d * (k - 1) - a) t, generate_series(0, l - 1) i, generate_series(0, k - 1) j GROUP BY t) steps) formula
WHERE (l - 1) * s + d * (k - 1) + 1 > b + a;

--
-- A function and a layer are the same arithmetic, to the last bit
--

-- numbers that are not exact, so that another order of summation would show
CREATE FUNCTION pg_temp.wild(VARIADIC shape int[]) RETURNS tensor1d LANGUAGE sql AS $$
	SELECT reshape(tensor1d_agg(sin(i * 12.9898) ORDER BY i), VARIADIC shape)
	FROM generate_series(1, shape[1] * coalesce(shape[2], 1) * coalesce(shape[3], 1)) i
$$;
CREATE FUNCTION pg_temp.layer(class_name text, config jsonb, VARIADIC weights tensor1d[] = '{}') RETURNS conv1d_model LANGUAGE sql AS
	'SELECT model_agg(class_name, config, array_remove(weights, NULL))';
SELECT p AS padding, g AS groups, count(*), count(*) FILTER (WHERE tensor1d_send(conv1d(x, w, bias, s, p, d, g, a)) IS DISTINCT FROM tensor1d_send(predict(pg_temp.layer('Conv1D', config, w, bias), x)))
FROM generate_series(1, 5) k, generate_series(1, 3) s, generate_series(1, 3) d, unnest(enum_range(NULL::conv1d_padding)) p, unnest(ARRAY[1, 2]) g, unnest(ARRAY['linear', 'relu', 'tanh']::conv1d_activation[]) a,
	LATERAL (SELECT pg_temp.wild(23, 4) AS x, pg_temp.wild(k, 4 / g, 6) AS w, CASE WHEN a <> 'linear' THEN pg_temp.wild(6) END AS bias,
		jsonb_build_object('filters', 6, 'kernel_size', k, 'strides', s, 'dilation_rate', d, 'padding', p, 'groups', g, 'use_bias', a <> 'linear', 'activation', a) AS config) t
WHERE s = 1 OR d = 1 GROUP BY p, g ORDER BY p, g;
SELECT p AS padding, op AS output_padding, count(*), count(*) FILTER (WHERE tensor1d_send(conv1d_transpose(x, w, bias, s, p, op)) IS DISTINCT FROM tensor1d_send(predict(pg_temp.layer('Conv1DTranspose', config, w, bias), x)))
FROM generate_series(1, 5) k, generate_series(1, 3) s, unnest(ARRAY['valid', 'same']::conv1d_padding[]) p, unnest(ARRAY[NULL, 0, 1]) op,
	LATERAL (SELECT pg_temp.wild(11, 3) AS x, pg_temp.wild(k, 5, 3) AS w, pg_temp.wild(5) AS bias,
		jsonb_build_object('filters', 5, 'kernel_size', k, 'strides', s, 'padding', p, 'output_padding', op) AS config) t
WHERE (op IS NULL OR op < s) AND (p = 'valid' OR op IS DISTINCT FROM 0 OR k % 2 = 1) GROUP BY p, op ORDER BY p, op;
SELECT p AS padding, count(*), count(*) FILTER (WHERE tensor1d_send(max_pool1d(x, k, s, p)) IS DISTINCT FROM tensor1d_send(predict(pg_temp.layer('MaxPooling1D', config), x))),
	count(*) FILTER (WHERE tensor1d_send(avg_pool1d(x, k, s, p)) IS DISTINCT FROM tensor1d_send(predict(pg_temp.layer('AveragePooling1D', config), x)))
FROM generate_series(1, 5) k, unnest(ARRAY[NULL, 1, 2, 3]) s, unnest(ARRAY['valid', 'same']::conv1d_padding[]) p,
	LATERAL (SELECT pg_temp.wild(17, 3) AS x, jsonb_build_object('pool_size', k, 'strides', s, 'padding', p) AS config) t
GROUP BY p ORDER BY p;
SELECT upsample1d(x, 3) = predict(pg_temp.layer('UpSampling1D', '{"size": 3}'), x), zero_pad1d(x, 2, 5) = predict(pg_temp.layer('ZeroPadding1D', '{"padding": [2, 5]}'), x), crop1d(x, 2, 5) = predict(pg_temp.layer('Cropping1D', '{"cropping": [2, 5]}'), x),
	dense(x, w, b) = predict(pg_temp.layer('Dense', '{"units": 7}', w, b), x), dense(x, w, activation => 'relu') = predict(pg_temp.layer('Dense', '{"units": 7, "use_bias": false, "activation": "relu"}', w), x),
	softmax(x, 1) = predict(pg_temp.layer('Softmax', '{"axis": 1}'), x), flatten(x) = predict(pg_temp.layer('Flatten', NULL), x), reshape(x, 3, 4, 3) = predict(pg_temp.layer('Reshape', '{"target_shape": [3, 4, 3]}'), x)
FROM (SELECT pg_temp.wild(12, 3) AS x, pg_temp.wild(3, 7) AS w, pg_temp.wild(7) AS b) t;
-- What Keras lacks is a layer too, under the name of the function
SELECT conv1d(x, w, strides => 2, dilation_rate => 2, pads => '{3,1}') = predict(pg_temp.layer('conv1d', '{"filters": 6, "kernel_size": 3, "strides": 2, "dilation_rate": 2, "pads": [3, 1], "use_bias": false}', w), x),
	conv1d_transpose(x, pg_temp.wild(3, 2, 4), strides => 2, groups => 2, pads => '{1}', output_padding => 1) = predict(pg_temp.layer('conv1d_transpose', '{"filters": 4, "kernel_size": 3, "strides": 2, "groups": 2, "pads": 1, "output_padding": 1, "use_bias": false}', pg_temp.wild(3, 2, 4)), x),
	max_pool1d(x, 3, 2, dilation_rate => 2, ceil_mode => true, pads => '{1}') = predict(pg_temp.layer('max_pool1d', '{"pool_size": 3, "strides": 2, "dilation_rate": 2, "ceil_mode": true, "pads": [1]}'), x),
	avg_pool1d(x, 3, 2, ceil_mode => true, count_include_pad => true, pads => '{0,1}') = predict(pg_temp.layer('avg_pool1d', '{"pool_size": 3, "strides": 2, "ceil_mode": true, "count_include_pad": true, "pads": [0, 1]}'), x)
FROM (SELECT pg_temp.wild(12, 4) AS x, pg_temp.wild(3, 4, 6) AS w) t;
-- Every instruction set gives the same numbers where sums are exact: 11 * (46 * 22.5 + 2 * (13.5 + 18) + 50 * 0.25), and 50 * 6 * 5 * 11 * 0.75
SELECT set_config('conv1d.isa', isa, false), sum_elements(conv1d(x, w, b, padding => 'same')), sum_elements(conv1d_transpose(x, permute(w, 1, 3, 2), strides => 3))
FROM unnest(ARRAY['baseline', 'auto']) isa, LATERAL (SELECT tensor1d_fill('{50,6}', 1.5) AS x, tensor1d_fill('{5,6,11}', 0.5) AS w, tensor1d_fill('{11}', 0.25) AS b OFFSET 0) t;
-- Where they are not, as in a wide convolution, it gives them but for rounding; one that this processor lacks is refused
CREATE TEMP TABLE wide AS SELECT pg_temp.layer('Conv1D', '{"filters": 48, "kernel_size": 5, "padding": "causal"}', pg_temp.wild(5, 48, 48), pg_temp.wild(48)) AS m, pg_temp.wild(200, 48) AS x;
SET conv1d.isa = 'baseline';
CREATE TEMP TABLE wide_baseline AS SELECT predict(m, x) AS y FROM wide;
SELECT isa, pg_temp.refusal(format('SET conv1d.isa = %L', isa)) ~ '^(not refused|22023.*This processor does not have the instruction set)', max_abs_error(predict(m, x), y) < 1e-3,
	(SELECT (kernel = 'split amx') = (current_setting('conv1d.isa') = 'amx') FROM model_plan(m, ARRAY[200, 48]))
FROM unnest(ARRAY['avx2', 'avx512', 'amx']) isa, LATERAL (SELECT m, x, y FROM wide, wide_baseline OFFSET 0) t;
RESET conv1d.isa;
