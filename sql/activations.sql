--
-- activations: element by element, except softmax, which goes along an axis
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

-- those that cut and bend, at -7, -3, -1.5, -0.5, 0, 0.5, 1.5, 3, 7: exact
SELECT a, activate('[-7,-3,-1.5,-0.5,0,0.5,1.5,3,7]', a)
FROM unnest('{linear,relu,relu6,hard_tanh,soft_shrink,hard_shrink}'::conv1d_activation[]) a;
-- leaky_relu has the slope 0.2 of Keras' word, not the 0.3 of its layer nor the 0.01 of torch
SELECT activate('[-5,-1,0,2]', 'leaky_relu');
-- x / (1 + |x|); (x + sqrt(x*x + 4)) / 2; x/6 + 1/2 cut to 0 .. 1; x times that
SELECT activate('[-3,-1,0,1,3]', 'softsign'), activate('[-1.5,0,1.5]', 'squareplus'), activate('[-6,-3,-1.5,0,1.5,3,6]', 'hard_sigmoid'), activate('[-6,-3,-1.5,0,1.5,3,6]', 'hard_silu');
-- where they are 0, 1/2, 1
SELECT activate('[0]', 'elu'), activate('[0]', 'selu'), activate('[0]', 'celu'), activate('[0]', 'gelu'), activate('[0]', 'gelu_tanh'), activate('[0]', 'sigmoid'), activate('[0]', 'tanh'), activate('[0]', 'silu'), activate('[0]', 'mish'), activate('[0]', 'exponential'), activate('[0]', 'tanh_shrink');

-- those of exp and its kin, against their formulas in double precision, -10 to 10 in steps of 1/8
CREATE FUNCTION pg_temp.formula(a text, x float8) RETURNS float8 LANGUAGE sql AS $$
	SELECT CASE a
		WHEN 'elu' THEN CASE WHEN x < 0 THEN exp(x) - 1 ELSE x END
		WHEN 'selu' THEN 1.0507009873554805 * CASE WHEN x < 0 THEN 1.6732632423543772 * (exp(x) - 1) ELSE x END
		WHEN 'celu' THEN greatest(x, 0) + least(0, exp(x) - 1)
		WHEN 'gelu_tanh' THEN x / 2 * (1 + tanh(sqrt(2 / pi()) * (x + 0.044715 * x ^ 3)))
		WHEN 'sigmoid' THEN 1 / (1 + exp(-x))
		WHEN 'tanh' THEN tanh(x)
		WHEN 'softplus' THEN ln(1 + exp(x))
		WHEN 'softsign' THEN x / (1 + abs(x))
		WHEN 'silu' THEN x / (1 + exp(-x))
		WHEN 'mish' THEN x * tanh(ln(1 + exp(x)))
		WHEN 'exponential' THEN exp(x)
		WHEN 'log_sigmoid' THEN -ln(1 + exp(-x))
		WHEN 'tanh_shrink' THEN x - tanh(x)
		WHEN 'squareplus' THEN (x + sqrt(x * x + 4)) / 2
	END
$$;
SELECT a, count(*), count(*) FILTER (WHERE abs(element(activate(ARRAY[i / 8.0]::tensor1d, a::conv1d_activation), 1) - pg_temp.formula(a, i / 8.0)) > 5e-7 * greatest(1, abs(pg_temp.formula(a, i / 8.0)))) AS off
FROM unnest('{elu,selu,celu,gelu_tanh,sigmoid,tanh,softplus,softsign,silu,mish,exponential,log_sigmoid,tanh_shrink,squareplus}'::text[]) WITH ORDINALITY t(a, n), generate_series(-80, 80) i
GROUP BY a, n ORDER BY n;
-- gelu is the exact one, of the normal distribution; gelu_tanh its approximation
SELECT x, round(element(activate(ARRAY[x]::tensor1d, 'gelu'), 1)::numeric, 4) AS gelu, round(element(activate(ARRAY[x]::tensor1d, 'gelu_tanh'), 1)::numeric, 4) AS gelu_tanh
FROM unnest('{-1.25,-1,1,1.25,2.25}'::real[]) x;

-- a gap stays a gap; only the two shrinks that Keras writes with where() make it 0
SELECT a FROM unnest(enum_range(NULL::conv1d_activation)) a WHERE NOT has_nan(activate('[NaN]', a));
SELECT bool_and(has_nan(activate('[[NaN],[1]]', a)) AND NOT has_nan(slice(activate('[[NaN],[1]]', a), 2, 2))) FROM unnest(enum_range(NULL::conv1d_activation)) a WHERE a NOT IN ('hard_shrink', 'soft_shrink');
-- infinities, and numbers far out, where a formula taken by its letters would overflow
SELECT a, activate('[-inf,-1000,1000,inf]', a) FROM unnest('{linear,relu,relu6,sigmoid,tanh,softplus,exponential,hard_sigmoid,hard_tanh,log_sigmoid,hard_shrink,elu,celu}'::conv1d_activation[]) a;
SELECT a, activate('[-1000,1000]', a) FROM unnest('{gelu,gelu_tanh,silu,mish,hard_silu,tanh_shrink,soft_shrink,leaky_relu}'::conv1d_activation[]) a;
-- any rank keeps its shape; an activation of a layer is the same one
SELECT activate('[[-1,2]]', 'relu'), activate('[[[-1],[2]]]', 'relu'), activate('[[[[-1,2]]]]', 'relu');
SELECT bool_and(tensor1d_send(activate(x, a)) = tensor1d_send(conv1d(x, '[[[1,0],[0,1]]]', activation => a)) AND tensor1d_send(activate(x, a)) = tensor1d_send(dense(x, '[[1,0],[0,1]]', activation => a))), count(*)
FROM unnest(enum_range(NULL::conv1d_activation)) a, (SELECT tensor1d_agg(ARRAY[i / 4.0, -i / 8.0]::real[] ORDER BY i) AS x FROM generate_series(-40, 40) i) t;
-- ... and so is a layer Activation in a model, by the name that Keras writes, old ones too
SELECT count(*), bool_and(activate('[[-1,2],[3,-4]]', a) = predict(model, '[[-1,2],[3,-4]]'))
FROM unnest(enum_range(NULL::conv1d_activation)) a, LATERAL (SELECT model_agg('Activation', jsonb_build_object('activation', name), NULL) AS model FROM (SELECT a::text AS name OFFSET 0) t) m;
SELECT predict(model_agg('Activation', '{"activation": "swish"}', NULL), '[-1,2]') = activate('[-1,2]', 'silu'), predict(model_agg('Activation', '{"activation": "hard_swish"}', NULL), '[-1,2]') = activate('[-1,2]', 'hard_silu');

-- by name: relu, sigmoid, and those with a parameter; torch's slope of leaky_relu is 0.01
SELECT relu('[[-1,NaN],[0,2]]'), relu('[-0.5]'), sigmoid('[[-inf,0,inf]]'), sigmoid('[NaN]');
SELECT leaky_relu('[-100,0,2,NaN]'), leaky_relu('[[-4],[4]]', 0.25), leaky_relu('[-4,4]', 0), leaky_relu('[-4,4]', 1), leaky_relu('[-4,4]', -0.5);
SELECT elu('[0,3,-inf]', 7), elu('[-inf,NaN]'), elu('[-1,1]') = activate('[-1,1]', 'elu'), max_abs_error(elu('[-0.5]', 2), ARRAY[2 * (exp(-0.5) - 1)]::tensor1d) < 1e-6;
SELECT gelu('[-1,0,2]') = activate('[-1,0,2]', 'gelu'), gelu('[-1,0,2]', true) = activate('[-1,0,2]', 'gelu_tanh'), gelu('[[0]]'), gelu('[NaN]', true);

-- softmax: equal logits share evenly; along the channels, or by axis 1 along time
SELECT softmax('[3,3]'), softmax('[[0,0],[7,7]]'), softmax('[[1,5],[1,5]]', 1), softmax('[[2],[9]]'), softmax('[[2],[2],[2],[2]]', 1);
-- ln 3 apart means three times as likely
SELECT round(element(softmax(x), 1)::numeric, 5), round(element(softmax(x), 2)::numeric, 5), round(element(activate(x, 'log_softmax'), 2)::numeric, 5), round(ln(0.75), 5) FROM (SELECT ARRAY[0, ln(3)]::tensor1d AS x) t;
-- a common shift changes nothing, however large; axis -1 is the last, -2 the one before it
SELECT softmax('[1000,1000]'), softmax('[-1000,-1000]'), softmax('[0,1000]'), activate('[0,1000]', 'log_softmax'), softmax('[5]');
SELECT log_softmax('[0,1000]'), log_softmax('[[0,7],[1000,7]]', 1) = permute(activate('[[0,1000],[7,7]]', 'log_softmax'), 2, 1), log_softmax('[[1,2]]') = activate('[[1,2]]', 'log_softmax');
SELECT softmax('[[1,5],[1,5]]', -1) = softmax('[[1,5],[1,5]]', 2), softmax('[[1,5],[1,5]]', -2), softmax('[[[4],[4]],[[1],[1]]]', 2), softmax('[[[4],[4]],[[4],[4]]]', 1), softmax('[[[4,4],[1,1]]]', 3);
SELECT max_abs_error(dense(softmax(x), '[[1],[1],[1]]'), tensor1d_fill('{50,1}', 1)) < 1e-6
FROM (SELECT tensor1d_agg(ARRAY[sin(n), cos(n), n / 10.0]::real[] ORDER BY n) AS x FROM generate_series(1, 50) n) t;
-- a row with a gap or with infinity in it has no answer; its neighbours have
SELECT softmax('[[NaN,1],[1,1]]'), softmax('[[inf,1],[1,1]]'), softmax('[-inf,-inf]'), softmax('[-inf,0]');

SELECT activate(NULL, 'relu') IS NULL, activate('[1]', NULL) IS NULL, relu(NULL) IS NULL, sigmoid(NULL) IS NULL, softmax(NULL) IS NULL, softmax('[1]', NULL) IS NULL, log_softmax(NULL) IS NULL, leaky_relu('[1]', NULL) IS NULL, elu('[1]', NULL) IS NULL, gelu('[1]', NULL) IS NULL;
SELECT pg_temp.refusal('SELECT ' || t) FROM unnest(ARRAY[
	'activate(''[1]'', ''ReLU'')', 'softmax(''[1,2]'', 0)', 'softmax(''[1,2]'', 2)', 'softmax(''[1,2]'', -2)', 'softmax(''[[1,2]]'', -3)', 'softmax(''[1,2]'', 5)', 'softmax(''[1,2]'', -2147483648)', 'log_softmax(''[1,2]'', 0)', 'leaky_relu(''[1]'', ''NaN'')', 'elu(''[1]'', ''inf'')',
	'predict(model_agg(''Activation'', ''{"activation": "Relu"}'', NULL), ''[1]'')', 'predict(model_agg(''Activation'', ''{"activation": 1}'', NULL), ''[1]'')']) t;
