using Automation.Core.Calendars;

namespace Automation.Core.Tests.Calendars;

public sealed class CronExpressionTests
{
    [Theory, Trait("Req", "SCH-1")]
    [InlineData("*/5 8-18 * * 1-5", "2026-11-20 18:55", "2026-11-23 08:00")]
    [InlineData("0 22 * * mon-fri", "2026-11-20 22:00", "2026-11-23 22:00")]
    [InlineData("0 0 1 * *", "2026-11-20 12:00", "2026-12-01 00:00")]
    [InlineData("0 0 29 2 *", "2026-11-20 12:00", "2028-02-29 00:00")]
    [InlineData("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00")]
    [InlineData("15,45 */6 * * *", "2026-11-20 12:15", "2026-11-20 12:45")]
    [InlineData("15,45 */6 * * *", "2026-11-20 12:45", "2026-11-20 18:15")]
    [InlineData("59 23 31 DEC *", "2026-12-31 23:59", "2027-12-31 23:59")]
    [InlineData("0 12 * * 7", "2026-11-20 12:00", "2026-11-22 12:00")]
    [InlineData("0 12 * * 0", "2026-11-20 12:00", "2026-11-22 12:00")]
    [InlineData("0 12 * * sat-sun", "2026-11-21 12:00", "2026-11-22 12:00")]
    [InlineData("0 12 * * 5-7", "2026-11-21 12:00", "2026-11-22 12:00")]
    [InlineData("10/20 * * * *", "2026-11-20 12:30", "2026-11-20 12:50")]
    [InlineData("0-30/15 1,2 * * *", "2026-11-20 01:30", "2026-11-20 02:00")]
    [InlineData("  0\t4  *  *  * ", "2026-11-20 12:00", "2026-11-21 04:00")]
    [InlineData("0 0 ? * wed", "2026-11-20 12:00", "2026-11-25 00:00")]
    [InlineData("30 4 1,15 * 5", "2026-11-15 04:30", "2026-11-20 04:30")]
    [InlineData("30 4 1,15 * 5", "2026-11-27 04:30", "2026-12-01 04:30")]
    [InlineData("30 4 */2 * 5", "2026-11-20 04:30", "2026-11-27 04:30")]
    [InlineData("* * * * *", "2026-11-20 23:59:59", "2026-11-21 00:00")]
    public void NextLocal_OfAnExpression_IsTheNextMinuteThatFits(string expression, string after, string next)
    {
        Assert.True(CronExpression.TryParse(expression, out CronExpression? cron, out string? error), error);
        Assert.Equal(Local(next), cron.NextLocal(Local(after)));
    }

    [Theory, Trait("Req", "SCH-1")]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6,9,11 *")]
    public void NextLocal_OfADateThatNeverComes_IsNull(string expression)
    {
        Assert.True(CronExpression.TryParse(expression, out CronExpression? cron, out string? error), error);
        Assert.Null(cron.NextLocal(Local("2026-11-20 12:00")));
    }

    [Theory, Trait("Req", "SCH-1")]
    [InlineData("", "empty")]
    [InlineData(null, "empty")]
    [InlineData("* * * *", "position 8: 4 of five fields; the day of week is missing")]
    [InlineData("0 * * * * *", "position 11: more than five fields")]
    [InlineData("60 * * * *", "field 1 (minute), position 1: 60 is outside 0 to 59")]
    [InlineData("* 24 * * *", "field 2 (hour), position 3: 24 is outside 0 to 23")]
    [InlineData("* * 0 * *", "field 3 (day of month), position 5: 0 is outside 1 to 31")]
    [InlineData("* * * 13 *", "field 4 (month), position 7: 13 is outside 1 to 12")]
    [InlineData("* * * * 8", "field 5 (day of week), position 9: 8 is outside 0 to 7")]
    [InlineData("* * * foo *", "field 4 (month), position 7: 'foo' is not known; write jan to dec")]
    [InlineData("x * * * *", "field 1 (minute), position 1: 'x' is not known; write a number from 0 to 59")]
    [InlineData("*/0 * * * *", "position 3: the step is '0'")]
    [InlineData("*/60 * * * *", "position 3: the step is '60'")]
    [InlineData("*/ * * * *", "position 3: the step is missing")]
    [InlineData("* 22-6 * * *", "field 2 (hour), position 3: the range 22-6 goes backwards; write it as two, '22-23,0-6'")]
    [InlineData("1,,2 * * * *", "position 3: ',' is no value")]
    [InlineData("1, * * * *", "position 3: a value is missing")]
    [InlineData("1- * * * *", "position 3: a value is missing")]
    [InlineData("1-2-3 * * * *", "position 4: unexpected '-'")]
    [InlineData("-1 * * * *", "position 1: '-' is no value")]
    [InlineData("99999999999999999999 * * * *", "is outside 0 to 59")]
    [InlineData("*/99999999999999999999 * * * *", "the step is")]
    [InlineData("? * * * *", "position 1: '?' is no value")]
    [InlineData("* * * * MON#1", "unexpected '#'")]
    [InlineData("* * L * *", "'L' is not known")]
    public void TryParse_OfAWrongExpression_NamesFieldAndPosition(string? expression, string wanted)
    {
        Assert.False(CronExpression.TryParse(expression, out _, out string? error));
        Assert.Contains(wanted, error, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "SCH-1")]
    public void TryParse_OfTooLongAnExpression_Refuses()
    {
        Assert.False(CronExpression.TryParse(new string('*', 100_000), out _, out string? error));
        Assert.Contains("at most 200", error, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "SCH-1")]
    public void TryParse_OfRandomText_NeverThrows()
    {
        const int seed = 5;
        var random = new Random(seed);
        const string alphabet = "0123456789*/-,?LW# \tjanmonSUN\u00e9\0";
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Create(random.Next(30), random, (span, r) =>
            {
                foreach (ref char c in span) c = alphabet[r.Next(alphabet.Length)];
            });
            bool parsed = CronExpression.TryParse(text, out CronExpression? cron, out string? error);
            Assert.True(parsed ? cron is not null && error is null : error is { Length: > 10 }, $"seed {seed}: '{text}'");
        }
    }

    [Fact, Trait("Req", "SCH-1")]
    public void NextLocal_OfRandomExpressions_IsWhatAMinuteWalkFinds()
    {
        const int seed = 6;
        var random = new Random(seed);
        for (int i = 0; i < 150; i++)
        {
            int[] minutes = Pick(random, 0, 59);
            int[] hours = Pick(random, 0, 23);
            int[] days = Pick(random, 1, 31);
            int[] months = Pick(random, 1, 12);
            int[] weekdays = Pick(random, 0, 6);
            string text = $"{Field(minutes, 60)} {Field(hours, 24)} {Field(days, 31)} {Field(months, 12)} {Field(weekdays, 7)}";
            Assert.True(CronExpression.TryParse(text, out CronExpression? cron, out string? error), error);
            bool either = days.Length < 31 && weekdays.Length < 7;
            DateTime at = Local("2027-01-01 00:00").AddMinutes(random.Next(500_000));
            DateTime? next = cron.NextLocal(at);
            DateTime walked = at;
            do
            {
                walked = walked.AddMinutes(1);
            }
            while (walked < at.AddDays(40) && !(minutes.Contains(walked.Minute) && hours.Contains(walked.Hour) && months.Contains(walked.Month)
                && (either
                    ? days.Contains(walked.Day) || weekdays.Contains((int)walked.DayOfWeek)
                    : days.Contains(walked.Day) && weekdays.Contains((int)walked.DayOfWeek))));
            if (walked >= at.AddDays(40)) Assert.True(next is null || next >= walked, $"seed {seed}: {text} after {at:O}: {next:O}");
            else Assert.True(next == walked, $"seed {seed}: {text} after {at:O}: {next:O}, not {walked:O}");
        }
    }

    private static int[] Pick(Random random, int min, int max) =>
        random.Next(3) == 0 ? [.. Enumerable.Range(min, max - min + 1)] : [.. Enumerable.Range(min, max - min + 1).OrderBy(_ => random.Next()).Take(random.Next(1, 4)).Order()];

    private static string Field(int[] values, int all) => values.Length == all ? "*" : string.Join(',', values);

    private static DateTime Local(string text) => DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
