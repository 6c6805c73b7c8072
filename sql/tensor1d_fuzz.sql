--
-- tensor1d: a hundred thousand spoilt literals
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS conv1d;
RESET client_min_messages;
\a \t on

-- Each is a good literal with one to four bytes changed, added or removed by a generator that
-- always gives the same.  Each is a tensor that reads back from its own text, or refused with
-- one of three codes; nothing else, and the session lives.
CREATE TEMP TABLE outcome (code text);
DO $$
DECLARE
	seeds text[] := ARRAY['[1,2,3]', '[[1,2],[3,4]]', '[[[1.5],[NaN]],[[-inf],[1e-3]]]', '[[[[1,2],[3,4]]]]', '[1e38,1e-38,Infinity]'];
	alphabet text := E'[],0123456789.eE+-nNaAiIfF \t\n\\"''{}x_';
	state bigint := 20240229;
	literal text;
	x tensor1d;
	pos int;
	byte text;
	counts int[] := '{0,0,0,0}';
BEGIN
	FOR i IN 1 .. 100000 LOOP
		state := (state * 1103515245 + 12345) % 2147483648;
		literal := seeds[1 + (state / 65536) % 5];
		FOR change IN 1 .. 1 + (state / 1024) % 4 LOOP
			state := (state * 1103515245 + 12345) % 2147483648;
			pos := 1 + (state / 65536) % greatest(length(literal), 1);
			state := (state * 1103515245 + 12345) % 2147483648;
			byte := substr(alphabet, 1 + ((state / 65536) % length(alphabet))::int, 1);
			literal := CASE (state / 256) % 3
				WHEN 0 THEN overlay(literal PLACING '' FROM pos FOR 1)
				WHEN 1 THEN overlay(literal PLACING byte FROM pos FOR 0)
				ELSE overlay(literal PLACING byte FROM pos FOR 1) END;
		END LOOP;
		BEGIN
			x := literal::tensor1d;
			IF x::text::tensor1d <> x OR tensor1d_to_bytes(x::text::tensor1d) <> tensor1d_to_bytes(x) THEN
				RAISE 'does not read back: %', literal USING ERRCODE = 'assert_failure';
			END IF;
			counts[1] := counts[1] + 1;
		EXCEPTION
			WHEN invalid_text_representation THEN counts[2] := counts[2] + 1;
			WHEN numeric_value_out_of_range THEN counts[3] := counts[3] + 1;
			WHEN program_limit_exceeded THEN counts[4] := counts[4] + 1;
		END;
	END LOOP;
	INSERT INTO outcome SELECT format('%s good, %s malformed, %s out of range, %s too deep', counts[1], counts[2], counts[3], counts[4]);
END $$;
SELECT code FROM outcome;
SELECT 'alive';
