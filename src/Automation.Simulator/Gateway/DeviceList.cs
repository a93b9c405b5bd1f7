using System.Text.Json.Nodes;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Gateway;

/// <summary>The paged list of the devices behind a receiver. 002 7.2, A.40, A.41.</summary>
internal static class DeviceList
{
    /// <summary>A receiver gives no more than this at once, whatever is asked.</summary>
    private const int MaxPage = 100;

    public static Reply Answer(DeviceRequest request, IReadOnlyCollection<Member> members)
    {
        if (JsonBody.Member(JsonBody.TryRead(request.Body), "SearchDescription") is not JsonObject asked) return Reply.BadJson(request);
        if (JsonBody.Int(asked["position"]) is not { } position || JsonBody.Int(asked["maxResult"]) is not { } most || position < 0 || most < 1) return Reply.BadParameters(request);
        Member[] matches = [.. Order(Filtered(members, asked["Filter"] as JsonObject), asked["Filter"] as JsonObject)];
        Member[] page = [.. matches.Skip(position).Take(Math.Min(most, MaxPage))];
        var result = new JsonObject
        {
            ["numOfDevice"] = members.Count,
            ["numOfUnAuthorized"] = 0,
            ["numOfNotActivated"] = 0,
            ["numOfMatches"] = page.Length,
            ["totalMatches"] = matches.Length,
            ["existUnauth"] = false,
        };
        if (matches.Length > 0) result["MatchList"] = new JsonArray([.. page.Select(m => (JsonNode)new JsonObject { ["Device"] = m.ToJson() })]);
        return Reply.Json(new JsonObject { ["SearchResult"] = result });
    }

    private static IEnumerable<Member> Filtered(IEnumerable<Member> members, JsonObject? filter)
    {
        if (filter is null) return members;
        if (JsonBody.Text(filter["key"]) is { Length: > 0 } key) members = members.Where(m => m.Contains(key));
        if (Words(filter["devStatus"]) is { Length: > 0 } states) members = members.Where(m => states.Contains(m.Status));
        if (Words(filter["activeStatus"]) is { Length: > 0 } active) members = members.Where(m => m.Online && active.Contains("active"));
        if (Words(filter["connectionMode"]) is { Length: > 0 } modes) members = members.Where(_ => modes.Contains("HPP"));
        if (Numbers(filter["devType"]) is { Length: > 0 } types) members = members.Where(m => types.Contains(m.DevType));
        if (Numbers(filter["devSource"]) is { Length: > 0 } sources) members = members.Where(m => sources.Contains(m.DevSource));
        if (Numbers(filter["isNeedUpgrade"]) is { Length: > 0 } upgrades) members = members.Where(_ => upgrades.Contains(0));
        return members;
    }

    private static IEnumerable<Member> Order(IEnumerable<Member> members, JsonObject? filter)
    {
        Func<Member, string>? by = JsonBody.Int(filter?["orderByColumn"]) switch
        {
            1 => m => m.Model.Name,
            2 => _ => "V1.0.0",
            3 => m => m.Account,
            4 => m => m.Model.DeviceSerial,
            _ => null,
        };
        if (by is null) return members;
        return JsonBody.Int(filter?["order"]) == 1 ? members.OrderByDescending(by, StringComparer.Ordinal) : members.OrderBy(by, StringComparer.Ordinal);
    }

    private static string[] Words(JsonNode? node) => node is JsonArray list ? [.. list.Select(JsonBody.Text).OfType<string>()] : [];

    private static int[] Numbers(JsonNode? node) => node is JsonArray list ? [.. list.Select(JsonBody.Int).OfType<int>()] : [];
}
