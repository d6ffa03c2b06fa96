"""What help says of commands and options, in Chinese: set before the English that stands where each is declared.

``COMMANDS`` by name; ``OPTIONS`` by the English help, since many commands share an option. A test sees to it that nothing is left in
English alone, and that nothing here is no longer said. Rich breaks lines at spaces only and cuts off what is longer than a line, so
lines are broken here: after a mark, or at a space, which stands where a phrase is longer than ``LONGEST`` letters.
"""

import re

LONGEST = 11  # letters of a phrase: the narrowest column of help at eighty takes a little more
MARKS = "，；：、。！？）"


def phrases(text: str) -> list[str]:
    """The parts between which a line may be broken."""
    return [part for part in re.split(rf"(?<=[{MARKS}])(?![{MARKS}])| ", text) if part]


def breakable(text: str) -> str:
    """On one line, with a space wherever it may be broken."""
    return " ".join(phrases(text))


def cells(text: str) -> int:
    """How wide a text is, in Latin letters."""
    return sum(2 if letter > "\u2e80" else 1 for letter in text)


def folded(text: str) -> str:
    """In lines short enough for any column of help, with the empty line between them that Typer asks for to keep them apart."""
    lines = [""]
    for phrase in phrases(text):
        space = " " if lines[-1].isascii() or phrase.isascii() else ""
        if lines[-1] and cells(lines[-1] + phrase) >= 2 * LONGEST:
            lines.append(phrase)
        else:
            lines[-1] += (space if lines[-1] else "") + phrase
    return "\n\n".join(lines)


COMMANDS = {
    "run": "把情景推演许多遍，给出各目标有多大可能；可同时给几个文件",
    "brief": "写决策参考：问与答、目标、人和钱、谁受益、风险、依据，以及如何重做",
    "compare": "同样的运气下把几个方案与第一个比：目标、钱、谁得谁失",
    "sweep": "把抓手从低到高逐点推演，出表、响应曲线、龙卷风图或热力图",
    "sensitivity": "哪些假定最要紧：先筛选（Morris），再分解方差（Sobol），并列出凭据",
    "solve": "某个抓手至少（或至多）要到多少，目标才能以所要的概率达到",
    "discover": "在没人知道的各种未来里推演，用白话说出目标在什么情形下落空",
    "warn": "按目前所见，从哪个月起某目标已难达到，哪个抓手还来得及",
    "optimise": "一笔钱在几个项目之间怎么分，对几个目标都站得住",
    "collect": "把分片推演的结果合并；与一次推演的结果逐字节相同",
    "counties": "虚构大小不一的县，各写一个县文件，用来试用和测速",
    "verify": "核对文件、各表与目标，再重做几遍推演，看是否逐位相同",
    "population": "建一次县，打印核对表：目标、实际、是否相符",
    "backtest": "只用2022年12月所知预测2023至2025年，与公布数字对照",
    "calibrate": "用2022年及以前的公布数字校准假定",
    "check": "只检查情景或县情文件，不推演：每个名称、数值、范围和月份",
    "schema": "打印情景文件的JSON Schema，供编辑器补全和检查",
    "levers": "列出政府能调的抓手：现状、上下限、所属条款",
    "parameters": "列出模型的每个数：范围、依据、来源",
    "goals": "列出各目标：含义、条款、是否首要",
    "clauses": "列出方案文件里的每个数字：规定什么，在模型何处",
    "month": "一个月里依次发生什么，各自为什么排在那里",
    "explain": "重演一遍，讲一户人家的经过：发生了什么、谁发现、谁付钱、结果如何",
    "panel": "把所选各遍的每户每年写成一张表（parquet）",
    "budget": "资金×用途×年份；各项目的静态成本、回流、行为影响，以及多给一百万的效果",
    "facts": "用已知的贫困规律核对模型，中与不中都列出",
    "structure": "换一种建模方式，目标和方案的名次会不会变",
    "screen": "同时抽取所有假定，看每个目标最取决于哪些",
    "selftest": "各条变形关系和典型事实，一张表",
    "document": "从模型和已存的结论重写文档页面",
}

OPTIONS = {
    "A scenario or county file (YAML), or several.": "情景文件或 县文件（YAML），可写几个",
    "How many counties to live; pairs share parameters.": "推演多少遍；每两遍共用一组参数",
    "The seed of all luck and all draws.": "随机种子，决定全部运气和抽样",
    "Processes; by default one for each processor.": "进程数；默认每个处理器一个",
    "Result folder; by default outputs/ID-SEED-xN.": "结果文件夹；默认 outputs/ID-SEED-xN",
    "Set one value; may be repeated.": "临时改一个值；可重复写",
    "Language of the answer.": "用哪种语言回答",
    "Print one JSON object and nothing else.": "只输出一个JSON对象",
    "Hold all parameters at their central values.": "所有参数取中间值，只留运气",
    "Time every process of the month.": "给一个月里 每个环节计时",
    "Say what the run would do and cost, and keep nothing.": "只说会做什么、要多久，什么也不保存",
    "Say where every value comes from, and run nothing.": "只说每个值从哪里来，不推演",
    "No progress on stderr.": "不显示进度",
    "Draw no figures.": "不画图",
    "Go on with a run that was interrupted, killed or out of disk.": "接着做被打断、被终止、磁盘满了的推演",
    "Throw an unfinished run in the result folder away.": "丢弃结果文件夹里 没做完的推演",
    "Add so many to a finished run.": "在做完的推演上 再加这么多遍",
    "Go on until every headline probability is known to plus or minus this.": "一直做到首要目标的概率 误差不超过正负这么多",
    "With --precision: stop there at the latest.": "与 --precision 同用：最多做这么多遍",
    "Also live the same luck with no county policy, and write the brief (Word, HTML, Excel).": "同样的运气再推演一次 没有县级政策的情形，并写决策参考（Word、HTML、Excel）",
    "Live only this part; 'xianjie collect' joins them.": "只做这一份；用 xianjie collect 合并",
    "The scenario under which a file that holds only facts of a county is lived.": "只有本县数据的文件 按哪个情景推演",
    "Where to live them: processes of this machine, or a Dask cluster.": "在哪里推演：本机进程或Dask集群",
    "With --executor dask: the scheduler, as tcp://host:8786.": "与 --executor dask 同用：调度器地址，如 tcp://host:8786",
    "A result folder, and folders of sweeps or sensitivity that say what moves it.": "结果文件夹，以及扫描或灵敏度文件夹",
    "Hold the results against each other, the first as the reference.": "把几个结果相互比较，以第一个为准",
    "Language of the brief.": "决策参考的语言",
    "html, word, excel, or several with commas, or all.": "html、word、excel，几种用逗号隔开，或 all",
    "Where the documents go; by default the folder 'brief' in the first OUT.": "文档写到哪里；默认第一个结果文件夹 下的 brief",
    "Word: plain, or official after GB/T 9704.": "Word样式：plain 普通，official 公文格式（GB/T 9704）",
    "Scenarios (YAML) or result folders, the reference first.": "情景（YAML）或结果文件夹，作参照的写在最前",
    "Throw unfinished runs in the result folder away.": "丢弃结果文件夹里 没做完的推演",
    "Throw away what the result folder holds of this study.": "丢弃结果文件夹里 这项研究已有的结果",
    "What to sweep, a YAML file; see experiments/specs.": "扫描什么，一个YAML文件；见 experiments/specs",
    "Lives at each point; by default as the file says.": "每个点推演多少遍；默认按文件所写",
    "Say what would be lived and what it costs, and keep nothing.": "只说要推演什么、要多久，什么也不保存",
    "Live only this part; the journals of all parts in one folder make the whole.": "只做这一份；各份的 journal 放到一个文件夹，再运行一次即合成",
    "The scenario: a YAML file, or the name of a shipped one.": "情景文件（YAML），或自带情景的名称",
    "A goal or an indicator; may be repeated. Default: the headline.": "目标或指标，可重复写；默认首要目标",
    "Only this assumption; may be repeated. Default: all that vary.": "只看这个假定，可重复写；默认全部会变的假定",
    "Another scenario: say what knowing a number would do to the choice; may be repeated.": "另一个方案：弄清某个数 对选择有多大用处；可重复写",
    "Trajectories of the screening (Morris).": "筛选（Morris）的轨迹数",
    "Base size of the variance shares (Sobol), a power of two.": "方差分解（Sobol）的基数，须为2的幂",
    "Lives at each point; they tell luck from effect.": "每个点推演多少遍，用来把运气和影响分开",
    "Begin without asking.": "不再询问，直接开始",
    "The lever to search, as 'xianjie levers' lists them.": "要求解的抓手，名称见 xianjie levers",
    "The goal to reach, as 'xianjie goals' lists them.": "要达到的目标，代号见 xianjie goals",
    "How likely it must be.": "要有多大把握",
    "The largest value that still reaches it, not the smallest.": "求仍能达到的最大值，而不是最小值",
    "Search from here; by default the lever's lower bound.": "从这里找起；默认抓手的下限",
    "Search up to here; by default the lever's upper bound.": "找到这里为止；默认抓手的上限",
    "The month from which the value holds.": "从哪个月起实行",
    "Futures lived at every value.": "每个取值 推演多少种未来",
    "A discovery spec (see experiments/specs), or a scenario.": "情景发现的说明文件（见 experiments/specs），或一个情景",
    "The goal whose failure is explained; by default as the file says, or R3.": "要解释哪个目标的落空；默认按文件所写，否则为 R3",
    "How many futures; by default as the file says, or 200.": "多少种未来；默认按文件所写，否则为200",
    "A result folder of 40 replications or more, or a scenario (then only --levers can be asked).": "至少40遍的结果文件夹，或一个情景（这时只能用 --levers）",
    "A goal to look at; may be repeated. By default those of the paper.": "看哪个目标，可重复写；默认方案文本中的目标",
    "Levers to try, with commas between: NAME=VALUE, or NAME for both its bounds.": "要试的抓手，用逗号隔开：名称=值，或只写名称试上下限",
    "Months from which they change, with commas between.": "从哪些月起调整，用逗号隔开",
    "A goal with less than this probability is unlikely.": "概率低于此数 即算难以达到",
    "Futures lived for every lever and month.": "每个抓手、每个月份推演多少种未来",
    "The seed; of a result folder its own.": "随机种子；结果文件夹用它自己的",
    "What to divide, a YAML file; see experiments/specs.": "怎么分，一个YAML文件；见 experiments/specs",
    "The folders of all shards.": "所有分片的文件夹",
    "Result folder; by default the shards' name without the shard.": "结果文件夹；默认用分片的名称 去掉份号",
    "The folder to write them into; it must be absent or empty.": "写到哪个文件夹；须不存在或为空",
    "How many to invent; 832 counties were poor until 2020.": "虚构多少个；2020年以前有 832个贫困县",
    "A result folder.": "结果文件夹",
    "How many; by default one in a hundred, at least three.": "抽查几遍；默认百分之一，至少三遍",
    "Chooses the sample.": "决定抽到哪几遍",
    "List the local facts that are still assumed.": "列出仍属假定的 本县数据",
    "Predict with what was known in this month; 'now' for all that is known.": "按哪个月所知来预测；now 表示全部已知",
    "Read this result folder instead of living anew.": "读这个结果文件夹，不重新推演",
    "Only show whether known truth is found again; half of the lives.": "只检验已知真值 能否找回；推演减半",
    "Store the ensemble with the project, where 'run' takes it from.": "把参数集合存入项目，供 run 使用",
    "The scenario or county file (YAML); with --paired two scenarios.": "情景文件或 县情文件（YAML）；与 --paired 同用时写两个情景",
    "Live two scenarios in step and say when they first differ.": "两个情景同步推演，说出从何时起不同",
    "With --paired: the month before which they must not differ.": "与 --paired 同用：在这个月之前不得不同",
    "With --paired: which replication.": "与 --paired 同用：第几遍",
    "assumption, lever or all.": "assumption 假定，lever 抓手，或 all 全部",
    "Only this section and those under it, such as 4.2 or annex.": "只看这一节及其下各节，如 4.2 或 annex",
    "Only where a department with this in its name is responsible.": "只看名称含此字的 责任部门",
    "lever, goal, parameter, indicator or not_modelled.": "lever 抓手、goal 目标、parameter 参数、indicator 指标或 not_modelled 未建模",
    "modelled, not_modelled or contradicted.": "modelled 已建模、not_modelled 未建模或 contradicted 文件自相矛盾",
    "Live one county and add milliseconds.": "推演一遍，附上毫秒数",
    "The scenario that --timed lives.": "--timed 推演哪个情景",
    "The household's number.": "户的编号",
    "List candidates: relapsed, served-late or never-noticed.": "列出候选：relapsed 返贫户，served-late 帮扶迟到，never-noticed 从未被发现",
    "The scenario it is lived in.": "在哪个情景里",
    "A second scenario, told beside the first.": "再加一个情景，并排讲述",
    "Which replication of the run.": "第几遍",
    "Which replications: numbers and ranges, such as 0,3,10-12.": "哪几遍：编号和范围，如 0,3,10-12",
    "The parquet file; by default outputs/panel-ID-SEED.parquet.": "写到哪个parquet文件；默认在 outputs 文件夹",
    "Pairs of lives behind each number.": "每个数由多少对推演 得出",
    "Only this programme; may be repeated. 'none' for the table alone.": "只看这个项目，可重复写；none 表示只要资金表",
    "Lives with support, and as many without.": "有帮扶的推演遍数，没有帮扶的同样多",
    "Plans to rank, the reference first; by default those of structure.yaml.": "要排名的方案，作参照的写在最前；默认见 structure.yaml",
    "Parameter draws, each lived once under every switch and plan.": "参数抽多少组，每组在各种结构、各个方案下 各推演一遍",
    "Also keep the finding in this file, from which the pages of goals are made.": "把结论也存入此文件，目标页面由它生成",
    "Lives, each with all assumptions drawn anew.": "推演遍数，每遍重新抽取全部假定",
    "A county an eighth the size, four seeds, facts on one life.": "用八分之一大小的县、四个种子，典型事实只推演一遍",
    "Only this relation (MR17); may be repeated. Leaves the facts out.": "只查这条关系（如 MR17），可重复写；不查典型事实",
    "Also keep the finding in this file.": "把结论也存入此文件",
    "Write nothing; exit 4 if a page would change.": "什么也不写；若有页面会变，退出码为4",
}
