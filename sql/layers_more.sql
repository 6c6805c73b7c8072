--
-- layers_more: depthwise and separable convolution, global and adaptive pools,
-- resampling, normalization
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
-- depthwise_conv1d, separable_conv1d
--

-- each channel by itself: 1 + 10*2, 2 + 10*3 and 10 + 20, 20 + 30
SELECT depthwise_conv1d('[[1,10],[2,20],[3,30]]', '[[[1],[1]],[[10],[1]]]'), depthwise_conv1d('[[1,10],[2,20],[3,30]]', '[[[1],[1]],[[10],[1]]]', '[0.5,-100]', activation => 'relu');
-- two filters a channel: output channel c * 2 + j is of input channel c
SELECT depthwise_conv1d('[[1,10]]', '[[[1,2],[3,4]]]'), depthwise_conv1d('[[1,10]]', '[[[1,2],[3,4]]]', '[1,1,1,1]');
SELECT depthwise_conv1d(pg_temp.upto(6), pg_temp.kernel(1, 1, 1), strides => 2, padding => 'same'), depthwise_conv1d(pg_temp.upto(6), pg_temp.kernel(1, 10), dilation_rate => 2), depthwise_conv1d(pg_temp.upto(3), pg_temp.kernel(1, 10, 100), padding => 'same');
SELECT depthwise_conv1d(pg_temp.upto(4), pg_temp.kernel(1, 10), padding => 'causal'), separable_conv1d(pg_temp.upto(4), pg_temp.kernel(1, 10), '[[[2]]]', padding => 'causal');
-- it is a grouped convolution, a group a channel
SELECT bool_and(depthwise_conv1d(x, w, b, s, p, d) = conv1d(x, reshape(w, k, 1, 4 * m), b, s, p, d, 4)), count(*)
FROM generate_series(1, 4) k, generate_series(1, 3) m, generate_series(1, 2) s, generate_series(1, 2) d, unnest(ARRAY['valid', 'same']::conv1d_padding[]) p,
	LATERAL (SELECT reshape(pg_temp.upto(48), 12, 4) AS x, reshape(pg_temp.upto(k * 4 * m) - 7, k, 4, m) AS w, flatten(pg_temp.upto(4 * m)) AS b) t WHERE s = 1 OR d = 1;
-- depthwise, then a product of matrices at every step; bias and activation once, after both
SELECT separable_conv1d('[[1,10],[2,20],[3,30]]', '[[[1],[1]],[[10],[1]]]', '[[[1,0,1],[0,1,-1]]]'), separable_conv1d('[[1,10],[2,20],[3,30]]', '[[[1],[1]],[[10],[1]]]', '[[[1,0,1],[0,1,-1]]]', '[0.5,0,10]', activation => 'relu');
SELECT bool_and(separable_conv1d(x, w, v, b, s, p, d, 'relu') = conv1d(depthwise_conv1d(x, w, NULL, s, p, d), v, b, activation => 'relu')), count(*)
FROM generate_series(1, 4) k, generate_series(1, 3) m, generate_series(1, 2) s, generate_series(1, 2) d, unnest(ARRAY['valid', 'same']::conv1d_padding[]) p,
	LATERAL (SELECT reshape(pg_temp.upto(36), 12, 3) AS x, reshape(pg_temp.upto(k * 3 * m) - 7, k, 3, m) AS w, reshape(pg_temp.upto(15 * m) - 20, 1, 3 * m, 5) AS v, '[1,2,3,4,5]'::tensor1d AS b) t WHERE s = 1 OR d = 1;
SELECT depthwise_conv1d(NULL, '[[[1]]]') IS NULL, depthwise_conv1d('[[1]]', NULL) IS NULL, depthwise_conv1d('[[5]]', '[[[1]]]', NULL), separable_conv1d(NULL, '[[[1]]]', '[[[1]]]') IS NULL, separable_conv1d('[[1]]', NULL, '[[[1]]]') IS NULL, separable_conv1d('[[1]]', '[[[1]]]', NULL) IS NULL, separable_conv1d('[[5]]', '[[[1]]]', '[[[1]]]', NULL);
SELECT pg_temp.refusal('SELECT ' || f || ', ' || t || ')') FROM unnest(ARRAY['depthwise_conv1d(''[[1]]'', ''[[[1]]]''', 'separable_conv1d(''[[1]]'', ''[[[1]]]'', ''[[[1]]]''']) f, unnest(ARRAY['strides => NULL', 'padding => NULL', 'dilation_rate => NULL', 'activation => NULL', 'strides => 0', 'dilation_rate => 0', 'strides => 2, dilation_rate => 2']) t;
SELECT left(pg_temp.refusal('SELECT ' || t), 5) FROM unnest(ARRAY[
	'depthwise_conv1d(''[[1,2]]'', ''[[[1]]]'')', 'depthwise_conv1d(''[[1]]'', ''[[1]]'')', 'depthwise_conv1d(''[[1]]'', ''[[[1,2]]]'', ''[1]'')', 'depthwise_conv1d(''[[1]]'', ''[[[1]],[[1]]]'')', 'depthwise_conv1d(''[1]'', ''[[[1]]]'')',
	'separable_conv1d(''[[1]]'', ''[[[1]]]'', ''[[[1],[1]]]'')', 'separable_conv1d(''[[1]]'', ''[[[1]]]'', ''[[[1]],[[1]]]'')', 'separable_conv1d(''[[1]]'', ''[[[1]]]'', ''[[1]]'')', 'separable_conv1d(''[[1]]'', ''[[[1]]]'', ''[[[1]]]'', ''[1,2]'')']) t;

--
-- Global and adaptive pools
--

SELECT global_max_pool1d('[[1,8],[5,2],[3,5]]'), global_avg_pool1d('[[1,8],[5,2],[3,5]]'), global_max_pool1d('[[1,8],[5,2]]', true), global_avg_pool1d('[[1,8],[5,2]]', keepdims => true);
SELECT global_max_pool1d('[[7]]'), global_avg_pool1d('[[7]]'), global_max_pool1d('[[1,NaN],[2,2],[-inf,1]]'), global_avg_pool1d('[[1,NaN],[2,2]]');
-- torch's bins overlap where the length is no multiple: 0..9 in four, (0,3) (2,5) (5,8) (7,10)
SELECT adaptive_avg_pool1d(pg_temp.upto(10) - 1, 4), adaptive_max_pool1d(pg_temp.upto(10) - 1, 4);
-- as many bins as steps, more bins than steps, one
SELECT adaptive_avg_pool1d('[[1],[2]]', 2), adaptive_avg_pool1d('[[1],[2]]', 3), adaptive_avg_pool1d('[[1],[2]]', 4), adaptive_max_pool1d('[[1],[2]]', 3), adaptive_avg_pool1d('[[1,4],[3,8]]', 1), adaptive_max_pool1d('[[7]]', 3);
SELECT adaptive_max_pool1d('[[NaN],[2],[3],[4]]', 2), adaptive_avg_pool1d('[[NaN],[2],[3],[4]]', 2);
-- a length that is a multiple is plain pooling
SELECT bool_and(adaptive_avg_pool1d(x, 24 / k) = avg_pool1d(x, k) AND adaptive_max_pool1d(x, 24 / k) = max_pool1d(x, k)), count(*) FROM unnest(ARRAY[1, 2, 3, 4, 6, 8, 12, 24]) k, (SELECT reshape(pg_temp.upto(48), 24, 2) AS x) t;
SELECT global_max_pool1d(NULL) IS NULL, global_avg_pool1d('[[1]]', NULL) IS NULL, adaptive_max_pool1d(NULL, 1) IS NULL, adaptive_avg_pool1d('[[1]]', NULL) IS NULL;
SELECT left(pg_temp.refusal('SELECT ' || t), 5) FROM unnest(ARRAY['global_max_pool1d(''[1,2]'')', 'global_avg_pool1d(''[[[1]]]'')', 'adaptive_max_pool1d(''[[1]]'', 0)', 'adaptive_avg_pool1d(''[[1]]'', -1)', 'adaptive_avg_pool1d(''[1]'', 1)', 'adaptive_max_pool1d(''[[1]]'', 2147483647)']) t;

--
-- resize1d, as Upsample of torch
--

SELECT resize1d('[[1],[2],[4]]', 6), resize1d('[[1],[2],[4]]', 7), resize1d('[[1],[2],[4]]', 2), resize1d('[[1],[2],[4]]', 1);
SELECT resize1d('[[1],[2],[4]]', 6, 'linear'), max_abs_error(resize1d('[[1],[2],[4]]', 6, 'linear', true), '[[1],[1.4],[1.8],[2.4],[3.2],[4]]') < 1e-6, resize1d('[[1],[2],[4]]', 3, 'linear'), resize1d('[[1],[2],[4]]', 3, 'linear', true), resize1d('[[1],[2],[4]]', 1, 'linear', true);
SELECT resize1d('[[1,-1],[3,-5]]', 4, 'linear'), resize1d('[[5]]', 3), resize1d('[[5]]', 3, 'linear'), resize1d('[[5]]', 3, 'linear', true), resize1d('[[1],[NaN],[3]]', 3, 'linear'), resize1d(x, 12) = upsample1d(x, 4) FROM (SELECT pg_temp.upto(3) AS x) t;
SELECT resize1d(NULL, 1) IS NULL, resize1d('[[1]]', NULL) IS NULL, resize1d('[[1]]', 1, NULL) IS NULL, resize1d('[[1]]', 1, 'nearest', NULL) IS NULL;
SELECT left(pg_temp.refusal('SELECT resize1d(' || t || ')'), 5) FROM unnest(ARRAY['''[1,2]'', 1', '''[[1]]'', 0', '''[[1]]'', -1', '''[[1]]'', 2147483647', '''[[1],[2]]'', 3, ''nearest'', true', '''[[1]]'', 1, ''cubic''']) t;

--
-- batch_norm, layer_norm
--

-- (x - 3) / sqrt(0.75 + 0.25) * 2 + 1, and the second channel (x - 0) / sqrt(3.75 + 0.25)
SELECT batch_norm('[[3,2],[5,4]]', '[2,1]', '[1,0]', '[3,0]', '[0.75,3.75]', 0.25), batch_norm('[3,2]', '[2,1]', '[1,0]', '[3,0]', '[0.75,3.75]', 0.25);
SELECT batch_norm('[[3],[5]]', NULL, '[1]', '[3]', '[0.75]', 0.25), batch_norm('[[3],[5]]', '[2]', NULL, '[3]', '[0.75]', 0.25), batch_norm('[[3],[5]]', NULL, NULL, '[3]', '[3]', 1), batch_norm('[[NaN],[5]]', NULL, NULL, '[3]', '[3]', 1), batch_norm('[[3]]', NULL, NULL, '[3]', '[0]');
-- mean 2, variance 1 over the channels of a step, whatever the other steps
SELECT layer_norm('[[1,3],[13,11]]', NULL, NULL, 3), layer_norm('[[1,3],[5,5]]', '[2,4]', '[0.5,0.5]', 3), layer_norm('[1,3]', NULL, '[1,1]', 3), layer_norm('[[7],[9]]', NULL, NULL), layer_norm('[[1,3],[NaN,3]]', NULL, NULL, 3);
SELECT batch_norm(NULL, '[1]', '[1]', '[1]', '[1]') IS NULL, batch_norm('[1]', '[1]', '[1]', NULL, '[1]') IS NULL, batch_norm('[1]', '[1]', '[1]', '[1]', NULL) IS NULL, layer_norm(NULL, '[1]', '[1]') IS NULL;
SELECT left(pg_temp.refusal('SELECT ' || t), 5) FROM unnest(ARRAY['batch_norm(''[1]'', ''[1]'', ''[1]'', ''[1]'', ''[1]'', NULL)', 'batch_norm(''[1]'', ''[1]'', ''[1]'', ''[1]'', ''[1,2]'')', 'batch_norm(''[[1,2]]'', ''[1]'', ''[1]'', ''[1]'', ''[1]'')', 'batch_norm(''[1]'', ''[[1]]'', ''[1]'', ''[1]'', ''[1]'')', 'layer_norm(''[[1,2]]'', ''[1]'', ''[1]'')', 'layer_norm(''[1]'', ''[1]'', ''[1]'', NULL)', 'layer_norm(''[1]'', ''[1]'', ''[1]'', -1)', 'batch_norm(''[1]'', ''[1]'', ''[1]'', ''[1]'', ''[1]'', -2)']) t;

--
-- A function and a layer of Keras are the same arithmetic, to the last bit
--

CREATE FUNCTION pg_temp.wild(VARIADIC shape int[]) RETURNS tensor1d LANGUAGE sql AS $$
	SELECT reshape(tensor1d_agg(sin(i * 12.9898) ORDER BY i), VARIADIC shape)
	FROM generate_series(1, shape[1] * coalesce(shape[2], 1) * coalesce(shape[3], 1)) i
$$;
CREATE FUNCTION pg_temp.layer(class_name text, config jsonb, VARIADIC weights tensor1d[] = '{}') RETURNS conv1d_model LANGUAGE sql AS
	'SELECT model_agg(class_name, config, weights)';
SELECT call, tensor1d_send(by_function) = tensor1d_send(by_layer) FROM (SELECT pg_temp.wild(17, 4) AS x, pg_temp.wild(3, 4, 2) AS w, pg_temp.wild(1, 8, 5) AS p, pg_temp.wild(4) AS g, pg_temp.wild(4) * 2 AS b, pg_temp.wild(4) * 3 AS m, tensor1d_fill('{4}', 0.3) AS v) t,
	LATERAL (VALUES
		('depthwise', depthwise_conv1d(x, w, activation => 'tanh'), predict(pg_temp.layer('DepthwiseConv1D', '{"kernel_size": 3, "depth_multiplier": 2, "use_bias": false, "activation": "tanh"}', w), x)),
		('separable', separable_conv1d(x, w, p, strides => 2, padding => 'same'), predict(pg_temp.layer('SeparableConv1D', '{"filters": 5, "kernel_size": 3, "depth_multiplier": 2, "strides": 2, "padding": "same", "use_bias": false}', w, p), x)),
		('global max', global_max_pool1d(x), predict(pg_temp.layer('GlobalMaxPooling1D', NULL), x)), ('global mean', global_avg_pool1d(x, true), predict(pg_temp.layer('GlobalAveragePooling1D', '{"keepdims": true}'), x)),
		('batch norm', batch_norm(x, g, b, m, v), predict(pg_temp.layer('BatchNormalization', NULL, g, b, m, v), x)), ('layer norm', layer_norm(x, g, b), predict(pg_temp.layer('LayerNormalization', NULL, g, b), x)),
		('batch norm, no gamma', batch_norm(x, NULL, b, m, v, 0.5), predict(pg_temp.layer('BatchNormalization', '{"scale": false, "epsilon": 0.5}', b, m, v), x)), ('repeat', repeat_vector(g, 3), predict(pg_temp.layer('RepeatVector', '{"n": 3}'), g))) c(call, by_function, by_layer);
