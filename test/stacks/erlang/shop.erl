%% A shop's cart that fails in the ways that Erlang has.
-module(shop).
-behaviour(gen_server).
-export([main/1, total/1, init/1, handle_call/3, handle_cast/2]).

total([]) -> error({empty_cart, 7});
total(Items) -> lists:sum(lists:map(fun({_Sku, Price}) -> Price * 2 end, Items)).

share(Total, People) -> Total div People.

init(Total) -> {ok, Total}.
handle_call({pay, People}, _From, Total) -> {reply, share(Total, People), Total}.
handle_cast(close, _Total) -> throw(drawer_jams).

main(["error"]) -> total([]), ok;
main(["arith"]) -> share(100, list_to_integer("0")) + 1;
main(["nested"]) -> total([{"A1", ten}]), ok;
main(["undef"]) -> shop:discount(7), ok;
main(["clause"]) -> io:format("~p~n", [lists:keyfind(a, none, [])]);
main(["match"]) -> {ok, _} = file:read_file("/srv/erlang/prices.csv"), ok;
main(["case"]) -> case length([1]) of 0 -> ok end;
main(["throw"]) -> throw({no_stock, "A1"});
main(["exit"]) -> exit(till_closed);
main(["spawn"]) -> spawn(fun() -> share(100, 0) end), timer:sleep(300);
main(["proc_lib"]) -> proc_lib:spawn(fun() -> total([]) end), timer:sleep(300);
main(["server"]) ->
    {ok, Till} = gen_server:start(?MODULE, 100, []),
    catch gen_server:call(Till, {pay, 0}),
    timer:sleep(300);
main(["call"]) ->
    {ok, Till} = gen_server:start(?MODULE, 100, []),
    gen_server:call(Till, {pay, 0});
main(["catch"]) -> io:format(standard_error, "total: ~p~n", [catch total([])]);
main(["stack"]) ->
    try total([{"A1", ten}])
    catch C:R:S -> io:format(standard_error, "2024-03-01 12:00:00 [warning] order 1001 failed: ~p~n", [{C, R, S}])
    end.
